"""Words that are not rendered: refused before anything is held or sent, of whoever is in the picture."""

from dataclasses import replace

import pytest

from pexit_app.core import deps
from pexit_app.core.errors import BadInput
from pexit_app.core.ports import Kind, ProviderError
from pexit_app.features.packs import document
from pexit_app.features.packs import service as packs
from pexit_app.features.safety.errors import WordsRefused
from pexit_app.features.shoots import edits, service, transitions
from pexit_app.features.shoots.developing import develop_frame
from pexit_app.features.shoots.edits import EditAsk
from pexit_app.features.shoots.models import Frame, FrameStatus
from pexit_app.features.shoots.requests import FREE_KNOB, FREE_PACK, FREE_SCENE, FrameAsk, ShootRequest
from pexit_app.features.wallet import service as wallet
from tests.features.packs.samples import GOOD
from tests.features.shoots.friends import befriend
from tests.features.shoots.gpus import befriend_trained, finished, publish_free, rent
from tests.features.shoots.support import PACK, asks, order


def asked(friend=None, **more) -> ShootRequest:
    cast = {"you": friend.likeness.id} if friend else None
    return ShootRequest(asks(1), pack=PACK, cast=cast, **more)


async def test_nothing_is_quoted_or_held_for_refused_words(session, me):
    friend = await befriend(session, me)
    for door in (service.quote_frames, service.request_frames):
        with pytest.raises(WordsRefused) as refused:
            await door(session, me, asked(friend, prompt="n.u-d.e, golden hour"))
    [told] = refused.value.details
    assert (told["field"], told["value"], told["category"], told["term"]) == ("prompt", "n.u-d.e", "sexual", "nude")
    assert "Take it out." in told["message"]
    assert refused.value.code == "words_refused"
    assert isinstance(refused.value, BadInput)
    assert (await wallet.card(session, me.user_id)).held == 0


@pytest.mark.parametrize(
    ("added", "is_refused_of_nobody"),
    [
        ({"prompt": "a nude statue"}, False),
        ({"negative": "clothes"}, False),
        ({"prompt": "beheaded"}, True),
        ({"negative": "nude"}, None),
    ],
)
async def test_whose_face_it_is_counts(session, me, added, is_refused_of_nobody):
    friend = await befriend(session, me)
    if is_refused_of_nobody is None:
        await service.quote_frames(session, me, asked(friend, **added))
        return
    with pytest.raises(WordsRefused):
        await service.quote_frames(session, me, asked(friend, **added))
    if is_refused_of_nobody:
        with pytest.raises(WordsRefused):
            await service.quote_frames(session, me, asked(**added))
    else:
        await service.quote_frames(session, me, asked(**added))


async def test_a_pet_is_no_person(session, me):
    friend = await befriend(session, me, "Rex")
    friend.person.kind = "pet"
    session.add(friend.person)
    await session.flush()
    await service.quote_frames(session, me, asked(friend, prompt="on a leash like a dog"))


async def test_the_words_of_the_pack_count_with_those_that_are_typed(session, me):
    text = GOOD.replace("{person} on a beach", "{person} as a schoolgirl on a beach").replace("test-pack", PACK)
    await packs.publish(session, document.parse(text.encode()), "other", [])
    await service.quote_frames(session, me, asked())
    with pytest.raises(WordsRefused) as refused:
        await service.quote_frames(session, me, asked(prompt="seductive"))
    assert "“seductive” and “as a schoolgirl” do not go together" in refused.value.message


async def test_free_words_are_named_as_their_knob_is(session, me, house):
    await publish_free(session)
    rent()
    request = ShootRequest((FrameAsk(FREE_SCENE, {FREE_KNOB: "a swastika on a wall"}),), pack=FREE_PACK)
    with pytest.raises(WordsRefused) as refused:
        await service.quote_frames(session, me, request)
    assert refused.value.problems[0].field == f"knobs.{FREE_KNOB}"


async def test_an_edit_is_judged_with_the_words_of_its_frame(session, me, house):
    rent()
    friend = await befriend_trained(session, me)
    frame = await finished(session, me, cast={"you": friend.likeness.id})
    for words in ("take off her dress", "undress her"):
        with pytest.raises(WordsRefused):
            await edits.request_edit(me, frame.id, EditAsk(Kind.EDIT, words))
    frame.prompt = "TOK person as a schoolgirl"
    session.add(frame)
    await session.flush()
    with pytest.raises(WordsRefused):
        await edits.request_edit(me, frame.id, EditAsk(Kind.EDIT, "lace lingerie"))
    await edits.request_edit(me, frame.id, EditAsk(Kind.EDIT, "rain instead of sun"))


async def test_what_is_tried_again_is_judged_by_todays_lists(session, me):
    [frame] = (await order(session, me, 1)).frames
    assert await transitions.stop_frame(session, frame.id)
    frame.prompt = "pornographic"
    session.add(frame)
    await session.flush()
    with pytest.raises(WordsRefused):
        await service.retry_frame(session, me, frame.id)


class Judge:
    def __init__(self, says: str | Exception) -> None:
        self.says, self.asked = says, []

    async def judge(self, prompt: str, *, has_likeness: bool) -> str:
        self.asked.append((prompt, has_likeness))
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.mark.parametrize(
    ("says", "status", "failure"),
    [
        ("", FrameStatus.DONE, None),
        ("This may hurt somebody.", FrameStatus.FAILED, "validation"),
        (ProviderError("The words could not be judged. Nothing was sent: try again."), FrameStatus.FAILED, "system"),
        (TimeoutError(), FrameStatus.FAILED, "timeout"),
        (RuntimeError(), FrameStatus.FAILED, "system"),
    ],
)
async def test_a_judge_of_words_is_asked_before_anything_is_sent_and_its_outage_closes(
    session, me, house, impatient, says, status, failure
):
    gpu, judge = rent(), Judge(says)
    deps.use(replace(deps.get(), word_judge=judge))
    friend = await befriend_trained(session, me)
    await house.store.put(friend_weights(friend), b"weights", "application/octet-stream")
    [frame] = (await order(session, me, 1, cast={"you": friend.likeness.id})).frames
    await develop_frame(frame.id, 1)
    found = await session.get(Frame, frame.id, populate_existing=True)
    assert (found.status, found.failure_type) == (status, failure)
    assert judge.asked == [(frame.prompt, True)]
    assert bool(gpu.submitted) == (status == FrameStatus.DONE)
    assert found.charge_dust == (found.price_dust if status == FrameStatus.DONE else 0)


def friend_weights(friend) -> str:
    return f"likenesses/{friend.likeness.id}/weights.safetensors"


async def test_the_darkroom_reads_no_words_and_asks_no_judge(session, me, house):
    judge = Judge("No.")
    deps.use(replace(deps.get(), word_judge=judge))
    [frame] = (await order(session, me, 1)).frames
    await develop_frame(frame.id, 1)
    assert (await session.get(Frame, frame.id, populate_existing=True)).status == FrameStatus.DONE
    assert judge.asked == []
