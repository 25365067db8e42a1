"""Words without a pack, and weights of one's own: as they were written, checked before anything is held."""

from dataclasses import replace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.core import db, deps, workflows
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.ports import Kind
from pexit_app.core.settings import ROOT
from pexit_app.features.packs import document
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.compose import compose
from pexit_app.features.people.models import likeness_key
from pexit_app.features.shoots import queries, service
from pexit_app.features.shoots.errors import PromptNeedsGpu
from pexit_app.features.shoots.requests import (
    FREE_KNOB,
    FREE_PACK,
    FREE_SCENE,
    MAX_PROMPT_CHARS,
    FrameAsk,
    ShootRequest,
)
from pexit_app.features.wallet import service as wallet
from tests.features.shoots.friends import befriend
from tests.features.shoots.gpus import DUST, PICTURES, befriend_trained, publish_free, rent
from tests.features.shoots.support import PACK
from tests.features.shoots.test_api import app_for, codes

URL = "https://weights.example/mine.safetensors"
GENERATE = "/api/lora/generate"
FREE = document.load_folder(ROOT / "packs" / FREE_PACK, needs_pictures=False)


@pytest.fixture
async def client(house, me, monkeypatch):
    async def start(*args):
        return None

    monkeypatch.setattr(workflows, "start", start)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_for(me)), base_url="http://test") as made:
        yield made


@pytest.fixture
async def gpu(house, session):
    await publish_free(session)
    return rent()


@pytest.fixture
def checked(monkeypatch) -> list[str]:
    """Addresses whose weights were looked at; one with `bad` in it is none."""
    seen: list[str] = []

    async def check(url: str) -> None:
        seen.append(url)
        if "bad" in url:
            raise ValueError("This file cannot be used: it is a pickle.")

    deps.use(replace(deps.get(), check_weights=check))
    return seen


async def frames_of(me, answer):
    assert answer.status_code == 202, answer.text
    async with db.transaction() as session:
        shoot = await service.find_shoot(session, me, answer.json()["data"]["shoot_id"])
        return await queries.frames_of(session, shoot.id)


async def held(me) -> int:
    async with db.transaction() as session:
        return (await wallet.card(session, me.user_id)).held


@pytest.mark.parametrize("words", ["a cat", "a cat,, on  a {roof} (red:1.3), 50 % grey; «Ünï»", "x" * MAX_PROMPT_CHARS])
async def test_words_alone_are_rendered_as_they_were_written(client, me, gpu, words):
    [frame] = await frames_of(me, await client.post(GENERATE, json={"prompt": words, "negative": "dogs"}))
    assert (frame.prompt, frame.negative) == (words, "dogs")
    assert (frame.kind, frame.provider, frame.scene_id, frame.price_dust) == ("generate", "gpu", FREE_SCENE, 5)
    assert await held(me) == DUST[Kind.GENERATE]


@pytest.mark.parametrize(
    ("words", "prompt"),
    [
        ("at the beach", "TOK person, at the beach"),
        ("a portrait of TOK person", "a portrait of TOK person"),
        ("tok at night", "tok at night"),
        ("TOKYO at night", "TOK person, TOKYO at night"),
    ],
)
async def test_a_likeness_is_called_by_its_trigger_word(client, me, gpu, session, words, prompt):
    ada = await befriend_trained(session, me)
    body = {"prompt": words, "likeness_id": str(ada.likeness.id)}
    [frame] = await frames_of(me, await client.post(GENERATE, json=body))
    assert frame.prompt == prompt
    assert [each["key"] for each in frame.weights] == [likeness_key(ada.likeness.id, "weights.safetensors")]


async def test_words_for_one_photo_are_an_instruction(client, me, gpu, session):
    ada = await befriend(session, me)
    body = {"prompt": "on a horse", "photo_id": str(ada.photo.id)}
    [frame] = await frames_of(me, await client.post(GENERATE, json=body))
    assert (frame.prompt, frame.kind) == ("on a horse", "preview")


async def test_whom_no_gpu_knows_gets_no_words(client, me, gpu, session):
    ada = await befriend(session, me)
    body = {"prompt": "on a horse", "likeness_id": str(ada.likeness.id)}
    answer = await client.post(GENERATE, json=body)
    assert codes(answer) == (422, "prompt_needs_gpu", ["cast"])
    assert "train this likeness once more" in answer.json()["error"]["message"]
    assert await held(me) == 0


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"prompt": "x" * (MAX_PROMPT_CHARS + 1)}, (422, "invalid", ["prompt"])),
        ({"prompt": "nul\0"}, (422, "invalid", [f"knobs.{FREE_KNOB}"])),
        ({"prompt": "   "}, (422, "invalid", ["pack"])),
        ({"prompt": "a cat", "negative": "x" * (MAX_PROMPT_CHARS + 1)}, (422, "invalid", ["negative"])),
        ({"prompt": "a cat", "knobs": {"nonsense": 1}}, (422, "invalid", ["knobs.nonsense"])),
        ({"prompt": "a cat", "pack": PACK}, (422, "invalid", ["scene"])),
        ({"pack": FREE_PACK, "scene": FREE_SCENE}, (422, "invalid", [f"knobs.{FREE_KNOB}"])),
    ],
)
async def test_words_that_cannot_be_asked_for(client, me, gpu, body, error):
    assert codes(await client.post(GENERATE, json=body)) == error
    assert await held(me) == 0


async def test_knobs_add_their_words_behind(client, me, gpu):
    body = {"prompt": "a cat", "knobs": {"framing": "close", "film": "silver"}}
    [frame] = await frames_of(me, await client.post(GENERATE, json=body))
    assert frame.prompt == "a cat, close-up of the face, black and white film"


async def test_without_a_gpu_the_pack_is_not_there_and_cannot_be_ordered(client, me, session):
    await publish_free(session)
    rent(PICTURES - {Kind.GENERATE})
    assert FREE_PACK not in {pack.slug for pack in (await packs.list_packs(session, limit=100)).rows}
    with pytest.raises(NotFound):
        await packs.find_pack(session, FREE_PACK)
    for path, body in (
        (GENERATE, {"prompt": "a cat"}),
        (GENERATE, {"pack": FREE_PACK, "scene": FREE_SCENE, "knobs": {FREE_KNOB: "a cat"}}),
        ("/api/v1/quotes", {"prompt": "a cat"}),
        ("/api/v1/shoots", {"pack": FREE_PACK}),
    ):
        assert codes(await client.post(path, json=body))[:2] == (422, "prompt_needs_gpu"), path
    assert codes(await client.post("/api/v1/drafts", json={"pack": FREE_PACK, "scene": FREE_SCENE}))[0] == 404
    rent()
    assert FREE_PACK in {pack.slug for pack in (await packs.list_packs(session, limit=100)).rows}
    assert (await packs.find_pack(session, FREE_PACK)).definition.needs_prompt
    assert (await client.post("/api/v1/shoots", json={"pack": FREE_PACK})).status_code == 201


async def test_a_shoot_of_words_outlives_the_gpu_but_takes_no_more_orders(session, me, gpu):
    request = ShootRequest((FrameAsk(FREE_SCENE, {FREE_KNOB: "a cat"}, 1),), pack=FREE_PACK)
    made = await service.request_frames(session, me, request)
    rent([])
    again = replace(request, pack=None, shoot_id=made.shoot.id)
    with pytest.raises(PromptNeedsGpu):
        await service.request_frames(session, me, again)
    assert await service.find_shoot(session, me, made.shoot.id)


async def test_a_model_of_ones_own_is_checked_and_goes_along(client, me, gpu, checked):
    for body in ({"prompt": "a cat"}, {"pack": PACK, "scene": "shore", "prompt": "at dusk"}):
        [frame] = await frames_of(me, await client.post(GENERATE, json={**body, "lora_url": URL}))
        assert [each["url"] for each in frame.weights] == [URL]
        assert frame.prompt == body["prompt"] or frame.prompt.endswith(", at dusk")
    assert checked == [URL, URL]
    [varied] = {each.lora_url for each in [await _variations(me, frame)]}
    assert varied == URL


async def _variations(me, frame):
    async with db.transaction() as session:
        return await service.variations(session, me, frame.id)


@pytest.mark.parametrize(
    ("url", "looked"),
    [("https://bad.example/x", 1), ("http://weights.example/x", 0), ("file:///etc/passwd", 0), ("", 0)],
)
async def test_a_bad_model_costs_nothing_and_says_why(client, me, gpu, checked, url, looked):
    for path in (GENERATE, "/api/v1/quotes"):
        answer = await client.post(path, json={"prompt": "a cat", "lora_url": url})
        assert codes(answer) == (422, "invalid", ["lora_url"])
        assert "safetensors" in answer.json()["error"]["message"]
    assert len(checked) == 2 * looked
    assert await held(me) == 0


async def test_a_model_of_ones_own_needs_words_a_gpu_and_somebody_it_knows(client, me, gpu, session, checked):
    assert codes(await client.post(GENERATE, json={"lora_url": URL})) == (422, "invalid", ["pack"])
    ada = await befriend(session, me)
    body = {"pack": PACK, "scene": "shore", "lora_url": URL, "photo_id": str(ada.photo.id)}
    assert codes(await client.post(GENERATE, json=body)) == (422, "invalid", ["lora_url"])
    rent([])
    checked.clear()
    assert codes(await client.post(GENERATE, json={"prompt": "a cat", "lora_url": URL})) == (
        422,
        "prompt_needs_gpu",
        ["lora_url"],
    )
    assert checked == []


async def test_nothing_unchecked_is_taken(client, me, gpu):
    assert codes(await client.post(GENERATE, json={"prompt": "a cat", "lora_url": URL}))[:2] == (503, "unavailable")


TYPED = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200).filter(
    lambda text: text.strip()
)


@given(TYPED)
def test_whatever_is_typed_comes_out_as_it_is(typed):
    made = compose(FREE, FREE_SCENE, {FREE_KNOB: typed})
    assert made.prompt == typed.strip() == made.knobs[FREE_KNOB]


@pytest.mark.parametrize("typed", ["\0", "a\ud800b"])
def test_what_is_no_text_is_refused(typed):
    with pytest.raises(BadInput) as caught:
        compose(FREE, FREE_SCENE, {FREE_KNOB: typed})
    assert [each.field for each in caught.value.problems] == [f"knobs.{FREE_KNOB}"]


def test_verbatim_words_are_for_packs_of_words_alone() -> None:
    text = (ROOT / "packs" / FREE_PACK / "pack.yaml").read_text()
    for broken, field in (
        (text.replace("needs_prompt: true\n", ""), "scenes[0].knobs.words.verbatim"),
        (text.replace('words: "{text}"', 'words: "seen: {text}"'), "scenes[0].knobs.words.words"),
        (text.replace("max_length: 2000", "max_length: 2001"), "scenes[0].knobs.words.max_length"),
    ):
        with pytest.raises(BadInput) as caught:
            document.parse(broken)
        assert [each.field for each in caught.value.problems] == [field]
