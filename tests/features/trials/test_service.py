"""Trials: who may make one, who may take part, and what is told of whom."""

from datetime import timedelta

import pytest
from sqlmodel import select

from pexit_app.core import clock
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.models import Event
from pexit_app.features.identity import service as identity
from pexit_app.features.packs import versions
from pexit_app.features.shoots import transitions
from pexit_app.features.trials import service
from pexit_app.features.trials.cards import invitation_card
from pexit_app.features.trials.errors import AlreadyTesting, OwnTrial, TooManyTrials, TrialFull, TrialOver
from pexit_app.features.trials.models import Trial
from pexit_app.features.trials.seats import paid_for
from pexit_app.features.trials.service import LIFE, MAX_RUNNING
from tests.features.shoots.support import new_user, order


async def standing(session, token, who) -> str:
    return (await service.look(session, token, who.user_id if who else None)).standing


@pytest.mark.parametrize(("testers", "is_taken"), [(0, False), (1, True), (20, True), (21, False)])
async def test_a_link_is_for_1_to_20_testers(session, creator, pack, testers, is_taken):
    if is_taken:
        trial, token = await service.make_trial(session, creator, pack.id, testers)
        assert (trial.testers, trial.frames, len(token)) == (testers, 5, 43)
        return
    with pytest.raises(BadInput) as caught:
        await service.make_trial(session, creator, pack.id, testers)
    assert caught.value.problems[0].field == "testers"


async def test_only_a_hash_of_the_secret_is_kept(session, link):
    trial, token = link
    row = (await session.exec(select(Trial).where(Trial.id == trial.id))).one()
    assert token not in repr(row.model_dump())
    with pytest.raises(NotFound):
        await service.look(session, row.token_hash, None)
    with pytest.raises(NotFound):
        await service.look(session, token[:-1], None)


async def test_a_trial_is_its_creators_own(session, creator, me, pack, link):
    trial, _ = link
    for refused in (
        service.make_trial(session, me, pack.id, 1),
        service.list_trials(session, me, pack.id, None, 20),
        service.find_trial(session, me, trial.id),
        service.end_trial(session, me, trial.id),
    ):
        with pytest.raises(NotFound):
            await refused
    assert [each.id for each in (await service.list_trials(session, creator, pack.id, None, 20)).rows] == [trial.id]


async def test_an_unlisted_pack_is_tried_all_the_same(session, creator, me, pack, link):
    await versions.show(session, creator, pack.id, is_unlisted=True)
    await service.accept(session, me, link[1])
    assert await standing(session, link[1], me) == "joined"


async def test_the_tenth_trial_runs_and_the_eleventh_waits_for_an_end(session, creator, pack, link):
    for _ in range(MAX_RUNNING - 1):
        await service.make_trial(session, creator, pack.id, 1)
    with pytest.raises(TooManyTrials):
        await service.make_trial(session, creator, pack.id, 1)
    await service.end_trial(session, creator, link[0].id)
    await service.make_trial(session, creator, pack.id, 1)


async def test_places_are_taken_once_each_until_they_are_full(session, creator, me, link):
    _, token = link
    assert await standing(session, token, None) == "open"
    first = await service.accept(session, me, token)
    assert (await service.accept(session, me, token)).id == first.id
    second, third = await new_user(session), await new_user(session)
    await service.accept(session, second, token)
    with pytest.raises(TrialFull):
        await service.accept(session, third, token)
    assert [await standing(session, token, who) for who in (me, third, None, creator)] == [
        "joined",
        "full",
        "full",
        "own",
    ]
    assert "All 2 places" in invitation_card(await service.look(session, token, third.user_id)).refusal


async def test_a_creator_is_no_tester_and_a_tester_tests_once(session, creator, me, pack, link):
    with pytest.raises(OwnTrial):
        await service.accept(session, creator, link[1])
    _, other = await service.make_trial(session, creator, pack.id, 1)
    await service.accept(session, me, link[1])
    with pytest.raises(AlreadyTesting) as caught:
        await service.accept(session, me, other)
    assert caught.value.details == {"left": 5}
    for frame in (await order(session, me, *range(5))).frames:
        await transitions.finish_frame(session, frame.id, 1)
    assert await standing(session, link[1], me) == "joined"
    assert "used up" in invitation_card(await service.look(session, link[1], me.user_id)).refusal
    await service.accept(session, me, other)


async def test_an_end_is_told_plainly_and_stays(session, creator, me, link):
    trial, token = link
    await service.end_trial(session, creator, trial.id)
    ended_at = trial.ended_at
    assert (await service.end_trial(session, creator, trial.id)).ended_at == ended_at
    with pytest.raises(TrialOver, match="ended this trial"):
        await service.accept(session, me, token)


@pytest.mark.parametrize(("early", "is_running"), [(timedelta(seconds=2), True), (timedelta(0), False)])
async def test_a_link_is_good_for_fourteen_days(session, me, link, monkeypatch, early, is_running):
    trial, token = link
    at = trial.expires_at - early
    assert abs(trial.expires_at - trial.created_at - LIFE) < timedelta(seconds=5)
    monkeypatch.setattr(clock, "now", lambda: at)
    if is_running:
        await service.accept(session, me, token)
        return
    with pytest.raises(TrialOver, match=f"ended on {at.day} "):
        await service.accept(session, me, token)


async def test_the_creator_sees_who_used_how_many_by_fairyname_only(session, creator, me, link):
    trial, token = link
    await service.accept(session, me, token)
    done = await order(session, me, 1, 2, 3)
    await transitions.finish_frame(session, done.frames[0].id, 1)
    await transitions.fail_frame(session, done.frames[1].id, 1, "It broke.", "system")
    [found] = await service.open_trials(session, [trial])
    name = (await identity.me(session, me)).fairyname
    assert [(each.fairyname, each.row.ordered, each.row.delivered) for each in found.testers] == [(name, 2, 1)]
    told = select(Event.kind, Event.data).where(Event.user_id == creator.user_id).order_by(Event.id)
    heard = [(kind, data) for kind, data in (await session.exec(told)).all() if kind.startswith("trial.")]
    assert [kind for kind, _ in heard] == ["trial.joined", *["trial.used"] * 3]
    assert str(me.user_id) not in repr(heard)


@pytest.mark.parametrize(
    ("dust", "frames", "count"), [(0, [1], 0), (1, [1], 1), (2, [1, 2], 1), (3, [1, 2], 2), (0, [0, 0], 2), (5, [], 0)]
)
def test_so_many_frames_are_paid_for(dust, frames, count):
    assert paid_for(dust, frames) == count
