"""What the builder's page asks for while somebody types: the picture, the words, what is wrong."""

import asyncio
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import BaseModel, Field

from pexit_app.core import db, deps
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.policy import READS, WRITES, allow
from pexit_app.features.builder import guard, live, publishing, reference_files, service
from pexit_app.features.builder.models import MAX_NOTE_CHARS
from pexit_app.features.builder.problems import Problem
from pexit_app.features.identity.access import Me
from pexit_app.features.packs import drafts
from pexit_app.features.packs.definition import MAX_KNOBS
from pexit_app.features.packs.drafts import MAX_PX, MAX_SEED, MIN_PX
from pexit_app.features.packs.errors import DraftSuperseded
from pexit_app.features.shoots import casting
from pexit_app.features.shoots import service as shoots
from pexit_app.features.shoots.errors import DraftOvertaken
from pexit_app.features.wallet import prices
from pexit_app.web.api import ok
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, prefix="/builder/drafts/{draft_id}", tags=["builder"])
JPEG_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}
PICTURE_TYPES = ("image/jpeg", "image/png", "image/webp")
PICTURE_BODY = {
    "requestBody": {
        "required": True,
        "content": {each: {"schema": {"type": "string", "format": "binary"}} for each in PICTURE_TYPES},
    }
}
SceneId = Annotated[str, Field(min_length=1, max_length=60)]
Knobs = Annotated[dict[str, Any], Field(max_length=80)]


class WordsIn(BaseModel):
    scene: SceneId
    knobs: Knobs = {}


class ContentIn(BaseModel):
    """What a picture depends on, as it stands on the page: fields as in the document. It is judged as the document is."""

    aspect: Any = None
    cast: Annotated[list[Any], Field(max_length=2)] = []
    knobs: Annotated[list[Any], Field(max_length=MAX_KNOBS)] = []
    scene: dict[str, Any]

    def document(self) -> dict[str, Any]:
        """Raises BadInput for what could not be kept as a draft."""
        made = {"aspect": self.aspect, "cast": self.cast, "knobs": self.knobs, "scenes": [self.scene]}
        guard.check_document(made, "content")
        return made


class PictureIn(WordsIn):
    """`faces`: who plays each part, a stand-in's name or the id of a likeness or photo of yours; empty or left out: the
    scene's own stand-in. `content`: what is not saved yet; none: as the draft is saved."""

    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] | None = None
    faces: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=2)] = []
    content: ContentIn | None = None
    size: Annotated[int, Field(ge=MIN_PX, le=MAX_PX, description="longer side, px")] = 512


class WordsOut(BaseModel):
    """`wrong` says why there are none."""

    prompt: str = ""
    negative: str = ""
    wrong: str = ""


class ProblemOut(BaseModel):
    """`pointer` is the field's place in the document, as JSON Patch names it; `place` the same in words."""

    pointer: str
    place: str
    message: str
    severity: Literal["error", "warning"]
    value: Any = None
    limit: Any = None

    @classmethod
    def of(cls, problem: Problem) -> "ProblemOut":
        return cls(**{name: getattr(problem, name) for name in cls.model_fields})


class FrameIn(BaseModel):
    frame_id: UUID


class ReferenceOut(BaseModel):
    name: str


class PublishIn(BaseModel):
    """Without a changelog, what changed is told in words made of the differences."""

    changelog: Annotated[str, Field(max_length=MAX_NOTE_CHARS)] = ""


class PublishedOut(BaseModel):
    number: int
    slug: str
    href: str
    lines: list[str]


@router.post("/picture", response_class=Response, responses=JPEG_ANSWER)
@allow(READS)
async def draw(
    me: Me,
    draft_id: UUID,
    body: PictureIn,
    stream: Annotated[str | None, Header(alias="X-Draft-Stream", max_length=60)] = None,
) -> Response:
    """A scene as it stands in the draft. Of one stream's pictures only the newest is made: an overtaken one answers 499.
    422 names the field of the document that is in the way."""
    async with db.transaction() as session:
        draft = await service.find_draft(session, me, draft_id)
        document = draft.document if body.content is None else body.content.document()
        composed = live.compose_scene(document, body.scene, body.knobs)
        personas = await live.find_personas(session, me, composed, body.faces, deps.get().stand_ins)
    await casting.prepare(personas)
    try:
        made = await drafts.draft(
            composed,
            personas=personas,
            seed=composed.seed if body.seed is None else body.seed,
            size_px=body.size,
            owner=f"user:{me.user_id}",
            stream=stream or f"draft:{draft_id}",
        )
    except DraftSuperseded as error:
        raise DraftOvertaken(error.message) from None
    return Response(made.content, media_type="image/jpeg", headers={"Server-Timing": drafts.server_timing(made)})


@router.post("/words", response_model=WordsOut)
@allow(READS)
async def read_words(request: Request, me: Me, draft_id: UUID, body: WordsIn) -> Response:
    """What a diffusion model would be told of the scene, with these knobs turned. While something is half typed that is
    an answer too, and no refusal."""
    async with db.transaction() as session:
        document = (await service.find_draft(session, me, draft_id)).document
    try:
        composed = live.compose_scene(document, body.scene, body.knobs)
    except (BadInput, NotFound) as error:
        return ok(request, WordsOut(wrong=error.message))
    return ok(request, WordsOut(prompt=composed.prompt, negative=composed.negative))


@router.get("/problems", response_model=list[ProblemOut])
@allow(READS)
async def list_problems(request: Request, me: Me, draft_id: UUID) -> Response:
    """Errors first: they stop a publication. Warnings do not."""
    async with db.transaction() as session:
        draft = await service.find_draft(session, me, draft_id)
        render_dust = await prices.price(session, shoots.RENDER_ACTION)
    # Of a large pack it takes a while, and drafts are asked for meanwhile.
    found = await asyncio.to_thread(publishing.house_problems, draft.document, draft.pictures, render_dust)
    return ok(request, [ProblemOut.of(each) for each in found])


@router.post("/references", status_code=201, response_model=ReferenceOut, openapi_extra=PICTURE_BODY)
@allow(WRITES)
async def keep_reference(request: Request, me: Me, draft_id: UUID) -> Response:
    """A picture of your own for a scene to go by, sent as the body: JPEG, PNG or WebP, 20 MB at most. A scene goes by it
    once its `reference` says the name."""
    name = await reference_files.keep_upload(me, draft_id, await request.body())
    return ok(request, ReferenceOut(name=name), 201)


@router.post("/references/frames", status_code=201, response_model=ReferenceOut)
@allow(WRITES)
async def keep_frame(request: Request, me: Me, draft_id: UUID, body: FrameIn) -> Response:
    """The same of a frame of yours."""
    name = await reference_files.keep_frame(me, draft_id, body.frame_id)
    return ok(request, ReferenceOut(name=name), 201)


@router.get("/references/{name}.jpg", response_class=Response, responses=JPEG_ANSWER)
@allow(READS)
async def read_reference(me: Me, draft_id: UUID, name: Annotated[str, Path(max_length=60)]) -> Response:
    content = await reference_files.read(me, draft_id, name)
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


@router.post("/publish", status_code=201, response_model=PublishedOut)
@allow(WRITES)
async def publish(request: Request, me: Me, draft_id: UUID, body: PublishIn) -> Response:
    """Live at once. 422 with every error of the checks; 409 where the address is another's."""
    made = await publishing.publish(me, draft_id, body.changelog or None)
    lines = [each.words for each in made.found]
    return ok(request, PublishedOut(number=made.number, slug=made.slug, href=f"/p/{made.slug}", lines=lines), 201)
