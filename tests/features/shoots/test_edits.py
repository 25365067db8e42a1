"""Changing a finished frame: a child of its own, at its own price, of people who still agree."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlmodel import select

from pexit_app.core import db, objects
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.models import Discarded
from pexit_app.core.ports import Kind, Weights
from pexit_app.features.jobs import service as jobs
from pexit_app.features.jobs.service import FailureType
from pexit_app.features.people import service as people
from pexit_app.features.people.models import likeness_key
from pexit_app.features.shoots import edits, queries, recipes, service, transitions, trash
from pexit_app.features.shoots import workflows as _work  # noqa: F401  (hears when a face is gone)
from pexit_app.features.shoots.developing import develop_frame
from pexit_app.features.shoots.edits import EditAsk
from pexit_app.features.shoots.errors import NeedsGpu, NotReady, PriceChanged, TooManyWaiting
from pexit_app.features.shoots.models import Frame, FrameStatus, key_of, prefix_of
from pexit_app.features.shoots.planning import EDITS
from pexit_app.features.shoots.recipes import RecipeAsk
from pexit_app.features.shoots.requests import MAX_PROMPT_CHARS
from pexit_app.features.wallet import service as wallet
from pexit_app.features.wallet.errors import NotEnoughDust, QuoteChanged, QuoteUsed
from tests.features.shoots.gpus import DUST, PICTURES, befriend_trained, finished, mask, rent
from tests.features.shoots.support import SIDE, Script, new_user, picture, publish

WORDS = EditAsk(Kind.EDIT, "rain instead of sun")
MEND = EditAsk(Kind.FILL, "a hand with five fingers", mask(SIDE, SIDE))
LARGER = EditAsk(Kind.UPSCALE)


@pytest.fixture
def gpu(house):
    return rent()


@pytest.fixture
async def frame(session, me, gpu) -> Frame:
    return await finished(session, me)


async def held(session, me) -> int:
    return (await wallet.card(session, me.user_id)).held


@pytest.mark.parametrize("ask", [WORDS, MEND, LARGER], ids=lambda ask: str(ask.kind))
async def test_an_edit_is_a_child_with_a_price(session, me, frame, house, ask):
    quote = await edits.quote_edit(session, me, frame.id, ask.kind)
    made = await edits.request_edit(me, frame.id, ask, quote.id)
    [child] = made.frames
    factor = 2 if ask.kind == Kind.UPSCALE else 1
    assert (child.parent_frame_id, child.shoot_id, child.position) == (frame.id, frame.shoot_id, frame.position + 1)
    assert (child.scene_id, child.knobs, child.look, child.cast) == (
        frame.scene_id,
        frame.knobs,
        frame.look,
        frame.cast,
    )
    assert (child.kind, child.provider, child.prompt, child.negative) == (ask.kind, "gpu", ask.prompt, "")
    assert (child.width, child.height) == (SIDE * factor, SIDE * factor)
    assert child.source == key_of(frame.id, "full", "png")
    assert child.price_dust == quote.total_dust == made.quote.total_dust == DUST[ask.kind] == await held(session, me)
    assert made.job.total == 1
    assert [line.label.split(",")[0] for line in quote.lines] == [
        {"edit": "1 frame changed in words", "fill": "1 frame mended", "upscale": "1 frame made twice as large"}[
            ask.kind
        ]
    ]


async def test_the_mask_is_stored_before_its_frame(session, me, frame, house):
    [child] = (await edits.request_edit(me, frame.id, MEND)).frames
    assert child.mask == f"frames/{child.id}/mask.png"
    assert house.store.stored[child.mask].media_type == "image/png"
    assert (await session.exec(select(Discarded).where(Discarded.prefix == prefix_of(child.id)))).first() is None
    assert await objects.orphans(session) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": " \n"}, "prompt"),
        ({"prompt": "x" * (MAX_PROMPT_CHARS + 1)}, "prompt"),
        ({"prompt": "nul\0"}, "prompt"),
        ({"mask": b"x"}, "mask"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**31}, "seed"),
        ({"kind": Kind.FILL}, "mask"),
        ({"kind": Kind.FILL, "mask": b"no png"}, "mask"),
        ({"kind": Kind.FILL, "mask": mask(SIDE, SIDE + 1)}, "mask"),
        ({"kind": Kind.FILL, "mask": mask(SIDE, SIDE, 0)}, "mask"),
        ({"kind": Kind.GENERATE}, "kind"),
        ({"kind": Kind.TRAIN}, "kind"),
    ],
)
async def test_a_bad_ask_names_its_field_and_costs_nothing(session, me, frame, house, change, field):
    with pytest.raises(BadInput) as caught:
        await edits.request_edit(me, frame.id, replace(WORDS, **change))
    assert [each.field for each in caught.value.problems] == [field]
    assert (await held(session, me), house.store.objects) == (0, {})


async def test_the_longest_words_and_the_last_seed_are_taken(me, frame):
    ask = EditAsk(Kind.EDIT, "x" * MAX_PROMPT_CHARS, seed=2**31 - 1)
    [child] = (await edits.request_edit(me, frame.id, ask)).frames
    assert (len(child.prompt), child.seed) == (MAX_PROMPT_CHARS, 2**31 - 1)


@pytest.mark.parametrize(("side", "fits"), [(1536, True), (1537, False), (3072, False)])
async def test_an_enlargement_has_3072_pixels_at_most(session, me, frame, side, fits):
    frame.width = side
    session.add(frame)
    await session.flush()
    if fits:
        [child] = (await edits.request_edit(me, frame.id, LARGER)).frames
        assert (child.width, child.height) == (3072, 2 * SIDE)
    else:
        with pytest.raises(BadInput) as caught:
            await edits.quote_edit(session, me, frame.id, Kind.UPSCALE)
        assert caught.value.problems[0].limit == 3072
        [child] = (await edits.request_edit(me, frame.id, WORDS)).frames
        assert child.width == side


@pytest.mark.parametrize("kind", EDITS)
async def test_only_what_somebody_does_is_offered(session, me, frame, kind):
    rent(PICTURES - {kind})
    assert {each.kind: each.dust for each in await edits.offers(session)} == {
        each: DUST[each] for each in EDITS if each != kind
    }
    with pytest.raises(NeedsGpu) as caught:
        await edits.quote_edit(session, me, frame.id, kind)
    assert [each.field for each in caught.value.problems] == ["kind"]
    rent([])
    assert await edits.offers(session) == []


async def test_another_users_frame_is_not_there(session, me, frame):
    stranger = await new_user(session)
    for frame_id in (frame.id, uuid4()):
        with pytest.raises(NotFound):
            await edits.request_edit(stranger, frame_id, WORDS)
        with pytest.raises(NotFound):
            await edits.quote_edit(session, stranger, frame_id, Kind.EDIT)


async def test_only_a_finished_frame_on_its_sheet_is_changed(session, me, frame):
    [child] = (await edits.request_edit(me, frame.id, WORDS)).frames
    with pytest.raises(NotReady):
        await edits.request_edit(me, child.id, WORDS)
    await trash.trash_frame(session, me, frame.id)
    with pytest.raises(NotReady):
        await edits.request_edit(me, frame.id, WORDS)
    await trash.restore_frame(session, me, frame.id)
    assert (await edits.request_edit(me, frame.id, WORDS)).frames


async def test_an_edit_of_an_edit_starts_from_its_picture(session, me, frame):
    [child] = (await edits.request_edit(me, frame.id, WORDS)).frames
    await transitions.begin_frame(session, child.id, 1, "fal", "m")
    await transitions.finish_frame(session, child.id, 1, (1000, 700))
    [grandchild] = (await edits.request_edit(me, child.id, replace(MEND, mask=mask(1000, 700)))).frames
    assert (grandchild.source, grandchild.width, grandchild.height) == (key_of(child.id, "full", "png"), 1000, 700)
    assert grandchild.parent_frame_id == child.id


async def test_a_quote_binds_to_its_frame_and_kind_and_is_used_once(session, me, frame):
    quote = await edits.quote_edit(session, me, frame.id, Kind.EDIT)
    with pytest.raises(QuoteChanged):
        await edits.request_edit(me, frame.id, LARGER, quote.id)
    other = await finished(session, me)
    with pytest.raises(QuoteChanged):
        await edits.request_edit(me, other.id, WORDS, quote.id)
    await edits.request_edit(me, frame.id, WORDS, quote.id)
    with pytest.raises(QuoteUsed):
        await edits.request_edit(me, frame.id, WORDS, quote.id)
    assert await held(session, me) == DUST[Kind.EDIT]


async def test_a_price_that_was_read_binds_too(session, me, frame, house):
    with pytest.raises(PriceChanged):
        await edits.request_edit(me, frame.id, replace(MEND, total_dust=DUST[Kind.FILL] - 1))
    assert (await held(session, me), house.store.objects) == (0, {})
    assert await edits.request_edit(me, frame.id, replace(MEND, total_dust=DUST[Kind.FILL]))


async def test_without_dust_nothing_is_left_behind(session, house, gpu):
    await publish(session)
    poor = await new_user(session, dust=DUST[Kind.GENERATE])
    frame = await finished(session, poor)
    with pytest.raises(NotEnoughDust):
        await edits.request_edit(poor, frame.id, MEND)
    assert house.store.objects == {}
    assert len(await queries.frames_of(session, frame.shoot_id)) == 1


async def test_edits_count_among_the_waiting(session, me, frame, monkeypatch):
    monkeypatch.setattr(service, "MAX_WAITING", 1)
    await edits.request_edit(me, frame.id, WORDS)
    with pytest.raises(TooManyWaiting):
        await edits.request_edit(me, frame.id, LARGER)


async def test_the_creators_fee_is_for_renders(session, me, gpu):
    await publish(session, "with-fee", fee_dust=3)
    frame = await finished(session, me, pack="with-fee")
    assert frame.charge_dust == DUST[Kind.GENERATE] + 3
    quote = await edits.quote_edit(session, me, frame.id, Kind.EDIT)
    assert quote.total_dust == DUST[Kind.EDIT]


async def test_a_mend_knows_who_is_in_the_picture(session, me, gpu):
    ada = await befriend_trained(session, me)
    frame = await finished(session, me, cast={"you": ada.likeness.id})
    weights = Weights(likeness_key(ada.likeness.id, "weights.safetensors"), home="fal")
    for ask, known in ((MEND, [weights]), (WORDS, []), (LARGER, [])):
        [child] = (await edits.request_edit(me, frame.id, ask)).frames
        assert [Weights(**each) for each in child.weights] == known
        assert child.cast == {"you": str(ada.likeness.id)}


async def test_consent_taken_back_stops_edits_and_refuses_new_ones(session, me, gpu):
    ada = await befriend_trained(session, me)
    frame = await finished(session, me, cast={"you": ada.likeness.id})
    [child] = (await edits.request_edit(me, frame.id, WORDS)).frames
    await people.withdraw_consent(session, me, ada.person.id)
    assert (await service.find_frame(session, me, child.id)).status == FrameStatus.CANCELED
    assert await held(session, me) == 0
    with pytest.raises(NotReady):
        await edits.request_edit(me, frame.id, LARGER)


async def test_a_retry_repeats_the_edit_and_a_variation_its_scene(session, me, frame):
    [child] = (await edits.request_edit(me, frame.id, MEND)).frames
    before = child.prompt, child.source, child.mask, child.seed, child.kind
    await transitions.fail_frame(session, child.id, 1, "The lamp broke.", FailureType.SYSTEM)
    again = await service.retry_frame(session, me, child.id)
    [tried] = again.frames
    assert (tried.prompt, tried.source, tried.mask, tried.seed, tried.kind) == before
    assert (tried.price_dust, again.quote.total_dust) == (DUST[Kind.FILL], DUST[Kind.FILL])
    await transitions.begin_frame(session, child.id, 2, "fal", "m")
    await transitions.finish_frame(session, child.id, 2, (2048, 1000))
    varied = (await service.vary_frame(session, me, child.id)).frames
    assert {(each.kind, each.source, each.mask, each.scene_id) for each in varied} == {
        ("generate", "", "", frame.scene_id)
    }
    assert {each.prompt for each in varied} == {frame.prompt}
    assert {(each.width, each.height) for each in varied} == {(1024, 1280)}, "the scene's own size"


async def test_a_recipe_says_what_an_edit_was_and_opens_its_scene(session, me, frame):
    [child] = (await edits.request_edit(me, frame.id, WORDS)).frames
    told = await queries.recipe_of(session, me, child.id)
    assert (told.kind, told.source, told.prompt) == ("edit", key_of(frame.id, "full", "png"), WORDS.prompt)
    saved = await recipes.save_recipe(session, me, RecipeAsk("Rain", frame_id=child.id))
    applied = await recipes.apply_recipe(session, me, saved.id)
    assert (applied.scene_id, applied.match.knobs) == (frame.scene_id, frame.knobs)


@pytest.mark.parametrize("is_there", [True, False])
async def test_what_it_starts_from_may_be_deleted_while_it_waits(session, me, frame, house, gpu, is_there):
    if is_there:
        await house.store.put(key_of(frame.id, "full", frame.output_format), b"a picture", "image/png")
    [child] = (await edits.request_edit(me, frame.id, WORDS)).frames
    await develop_frame(child.id, 1)
    child = await service.find_frame(session, me, child.id)
    assert len(gpu.submitted) == (1 if is_there else 0)
    assert child.status == ("done" if is_there else "failed")
    assert child.error == ("" if is_there else "What this picture starts from was deleted.")
    assert await held(session, me) == 0


async def test_a_gpus_picture_of_another_size_or_format_is_kept(session, me, frame, house, gpu):
    await house.store.put(key_of(frame.id, "full", frame.output_format), b"a picture", "image/png")
    [child] = (await edits.request_edit(me, frame.id, WORDS)).frames
    gpu.scripts[child.seed] = Script(content=picture(768, 640, "jpeg"))
    await develop_frame(child.id, 1)
    child = await service.find_frame(session, me, child.id)
    assert (child.status, child.width, child.height) == ("done", 768, 640)
    assert (await house.store.get(key_of(child.id, "full", child.output_format)))[:4] == b"\x89PNG"


async def test_edits_at_once_get_numbers_of_their_own(live_db, gpu):
    async with db.transaction() as session:
        await publish(session)
        me = await new_user(session)
    async with db.transaction() as session:
        frame = await finished(session, me)
    asks = [WORDS, MEND, LARGER, MEND]
    made = await asyncio.gather(*(edits.request_edit(me, frame.id, ask) for ask in asks))
    async with db.transaction() as session:
        frames = await queries.frames_of(session, frame.shoot_id)
        assert await held(session, me) == sum(DUST[ask.kind] for ask in asks)
    assert [each.position for each in frames] == [0, 1, 2, 3, 4]
    assert {each.id for each in frames[1:]} == {requested.frames[0].id for requested in made}
    async with db.transaction() as session:  # nothing stays open for tests that count everybody's frames
        for requested in made:
            await jobs.cancel_job(session, me, requested.job.id)
