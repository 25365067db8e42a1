"""What the builder's page asks for while somebody types: the picture, the words, what is wrong."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, Field

from pexit_app.core import db, deps
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.policy import READS, WRITES, allow
from pexit_app.features.builder import live, publishing, service, shape
from pexit_app.features.builder.diffs import differences
from pexit_app.features.builder.problems import Problem
from pexit_app.features.identity.access import Me
from pexit_app.features.packs import drafts
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.drafts import MAX_PX, MAX_SEED, MIN_PX
from pexit_app.features.packs.errors import DraftSuperseded
from pexit_app.features.shoots.errors import DraftOvertaken
from pexit_app.web.api import ok
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, prefix="/builder/drafts/{draft_id}", tags=["builder"])
JPEG_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}
MAX_LINE_CHARS = 300  # of the changelog, as the page takes it
SceneId = Annotated[str, Field(min_length=1, max_length=60)]
Knobs = Annotated[dict[str, Any], Field(max_length=80)]


class WordsIn(BaseModel):
    scene: SceneId
    knobs: Knobs = {}


class PictureIn(WordsIn):
    """`stand_in`: whose face every part is played by; none: the scene's own."""

    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] | None = None
    stand_in: Annotated[str, Field(max_length=40)] | None = None
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


class DifferencesOut(BaseModel):
    lines: list[str]


class PublishIn(BaseModel):
    """Without a changelog, what changed is told in words made of the differences."""

    changelog: Annotated[str, Field(max_length=MAX_LINE_CHARS)] = ""


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
        document = (await service.find_draft(session, me, draft_id)).document
    composed = live.compose_scene(document, body.scene, body.knobs)
    faces = (body.stand_in,) * len(composed.stand_ins) if body.stand_in else composed.stand_ins
    for name in faces:
        if name not in deps.get().stand_ins:
            raise BadInput.of("stand_in", f"There is no stand-in {name}.", name, list(deps.get().stand_ins))
    try:
        made = await drafts.draft(
            composed,
            personas=tuple(f"standin:{name}" for name in faces),
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
        document = (await service.find_draft(session, me, draft_id)).document
    return ok(request, [ProblemOut.of(each) for each in publishing.house_problems(document)])


@router.get("/differences", response_model=DifferencesOut)
@allow(READS)
async def list_differences(request: Request, me: Me, draft_id: UUID) -> Response:
    """What a publication would change for the people who use the pack; nothing before the first, or while the draft is
    not in order."""
    async with db.transaction() as session:
        draft = await service.find_draft(session, me, draft_id)
        before = await packs.find_owned(session, me, draft.pack_id) if draft.pack_id else None
    after, _ = shape.read(draft.document)
    found = differences(before.definition, after) if before and after else []
    return ok(request, DifferencesOut(lines=[each.words for each in found]))


@router.post("/publish", status_code=201, response_model=PublishedOut)
@allow(WRITES)
async def publish(request: Request, me: Me, draft_id: UUID, body: PublishIn) -> Response:
    """Live at once. 422 with every error of the checks; 409 where the address is another's."""
    made = await publishing.publish(me, draft_id, body.changelog or None)
    lines = [each.words for each in made.found]
    return ok(request, PublishedOut(number=made.number, slug=made.slug, href=f"/p/{made.slug}", lines=lines), 201)
