"""What the routes of shoots, frames and drafts take and answer. API.md, "Packs, drafts, frames".

Ranges stand here for the OpenAPI document; requests.check() is what decides, for the pages too.
"""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Strict

from pexit_app.core.errors import BadInput
from pexit_app.core.ports import OutputFormat
from pexit_app.features.packs.definition import Aspect
from pexit_app.features.packs.drafts import MAX_PX, MIN_PX
from pexit_app.features.shoots.models import Frame, FrameStatus, Mark, Shoot
from pexit_app.features.shoots.planning import Renderer
from pexit_app.features.shoots.requests import (
    FREE_KNOB,
    FREE_PACK,
    FREE_SCENE,
    MAX_FRAMES,
    MAX_PROMPT_CHARS,
    MAX_SEED,
    MAX_SIDE_PX,
    MAX_TITLE_CHARS,
    MIN_SIDE_PX,
    SIDE_STEP_PX,
    FrameAsk,
    ShootRequest,
)
from pexit_app.features.wallet.quotes import Quote

MAX_VERSION = 2**31 - 1
Whole = Annotated[int, Strict()]
Seed = Annotated[Whole, Field(ge=0, le=MAX_SEED)]
Side = Annotated[Whole, Field(ge=MIN_SIDE_PX, le=MAX_SIDE_PX, multiple_of=SIDE_STEP_PX)]
Count = Annotated[Whole, Field(ge=1, le=MAX_FRAMES)]
Slug = Annotated[str, Field(min_length=1, max_length=60)]
Words = Annotated[str, Field(max_length=MAX_PROMPT_CHARS)]


class Casting(BaseModel):
    """Who is in the picture. `likeness_id` or `photo_id` plays the first role; `cast` names a likeness or a photo for
    each role. Null: the stand-in."""

    likeness_id: UUID | None = None
    photo_id: UUID | None = None
    cast: dict[Slug, UUID | None] | None = None

    def chosen(self) -> dict[str, UUID | None] | None:
        """By role; None when nobody was named. Raises BadInput when they say different things."""
        first = self.likeness_id or self.photo_id
        if (self.likeness_id and self.photo_id) or (first and self.cast):
            raise BadInput.of("likeness_id", "Give likeness_id, photo_id or cast: one of them.", str(first))
        return {"you": first} if first else self.cast


class DraftIn(Casting):
    pack: Slug
    version: Annotated[Whole, Field(ge=1, le=MAX_VERSION)] | None = Field(None, description="none: the live one")
    scene: Slug
    knobs: dict[str, Any] = {}
    seed: Seed | None = Field(None, description="none: the scene's own")
    aspect: Aspect | None = Field(None, description="none: the scene's own")
    size: Annotated[Whole, Field(ge=MIN_PX, le=MAX_PX, description="longer side, px")] = 512


class ShootIn(BaseModel):
    pack: Slug
    cast: dict[str, UUID | None] = {}


class FramesIn(Casting):
    """One scene, `count` frames of it: frame i has seed + i. Without sides the scene's own size."""

    scene: Slug
    knobs: dict[str, Any] = {}
    seed: Seed | None = Field(None, description="none: random")
    count: Count = 1
    parent_frame_id: UUID | None = None
    width: Side | None = None
    height: Side | None = None
    output_format: OutputFormat = "png"
    quote_id: UUID | None = Field(None, description="from POST /quotes: refused if it no longer stands")

    def asked(self, shoot_id: UUID) -> ShootRequest:
        return ShootRequest(
            (FrameAsk(self.scene, self.knobs, self.seed, self.count, self.parent_frame_id),),
            shoot_id=shoot_id,
            cast=self.chosen(),
            width=self.width,
            height=self.height,
            output_format=self.output_format,
            quote_id=self.quote_id,
        )


class GenerateIn(Casting):
    """Pack and scene; or a prompt alone, where a diffusion model is configured: then it is shown as it is written, with
    `TOK person, ` in front where a likeness is cast whose trigger word it lacks."""

    pack: Slug | None = None
    scene: Slug | None = None
    knobs: dict[str, Any] = {}
    prompt: Words | None = None
    negative: Words | None = Field(None, description="what shall not be seen, for models that take it")
    width: Side | None = None
    height: Side | None = None
    seed: Seed | None = Field(None, description="image i has seed + i; none: random")
    num_images: Count = 1
    output_format: OutputFormat = "png"
    lora_url: Annotated[str, Field(max_length=2000)] | None = Field(
        None, description="https address of a safetensors file of your own, with a prompt alone or with pack and scene"
    )
    quote_id: UUID | None = None

    @property
    def is_free(self) -> bool:
        """A prompt alone."""
        return self.pack is None and self.scene is None and bool((self.prompt or "").strip())

    def asked(self) -> ShootRequest:
        words = (self.prompt or "").strip()
        knobs = {**self.knobs, FREE_KNOB: words} if self.is_free else self.knobs
        scene = FREE_SCENE if self.is_free else self.scene or ""
        return ShootRequest(
            (FrameAsk(scene, knobs, self.seed, self.num_images),),
            pack=FREE_PACK if self.is_free else self.pack,
            cast=self.chosen(),
            width=self.width,
            height=self.height,
            output_format=self.output_format,
            prompt="" if self.is_free else words,
            negative=self.negative or "",
            lora_url=self.lora_url,
            quote_id=self.quote_id,
        )


class QuoteIn(GenerateIn):
    """The body of POST /api/lora/generate, or that of POST /shoots/{id}/frames with its `shoot_id`."""

    shoot_id: UUID | None = None
    count: Count | None = None
    parent_frame_id: UUID | None = None

    @property
    def is_free(self) -> bool:
        return self.shoot_id is None and super().is_free

    def asked(self) -> ShootRequest:
        request = super().asked()
        [ask] = request.asks
        ask = replace(ask, count=self.count or self.num_images, parent_frame_id=self.parent_frame_id)
        return replace(request, asks=(ask,), shoot_id=self.shoot_id, quote_id=None)


class MarkIn(BaseModel):
    mark: Mark


class RenameIn(BaseModel):
    title: Annotated[str, Field(min_length=1, max_length=MAX_TITLE_CHARS)]


class Out(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class LineOut(Out):
    label: str
    dust: int


class QuoteOut(Out):
    id: UUID
    created_at: datetime
    updated_at: datetime
    lines: list[LineOut]
    total_dust: int
    balance_after: int = Field(description="below 0 when dust is missing")
    expires_at: datetime
    renders_on: Renderer = Field(description="gpu, as photographs; or the darkroom. The lines say what is made where")
    unlock_dust: int = Field(0, description="of the total: paid once for the pack, with the first frame delivered")
    free_frames: int = Field(0, description="frames of this order that a trial pays for")
    trial_left: int | None = Field(None, description="free frames left before this order; null: no trial")

    @classmethod
    def of(cls, quote: Quote, renders_on: Renderer) -> "QuoteOut":
        return cls(**quote.model_dump(include=set(cls.model_fields)), renders_on=renders_on)


class FrameOut(Out):
    """URLs are null until the frame is done; `queue_position` (frames ahead, at the provider once it has told) unless it
    waits; `eta_s` until enough frames were made to know. `width` and `height` are those of the picture once it is there."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    shoot_id: UUID
    job_id: UUID
    number: str = Field(description="as on film: 1, 1A, 2, 2A")
    scene: str
    scene_title: str
    knobs: dict[str, Any]
    seed: int
    width: int
    height: int
    output_format: str
    parent_frame_id: UUID | None
    kind: str = Field(description="generate, preview (from one photo), edit, fill or upscale")
    provider: str = Field(description="who renders it: darkroom, or gpu until one of the services was asked")
    status: str = Field(
        description="waiting, developing, done, failed, canceled or hidden (taken down; `error` says why)"
    )
    stage: str
    progress: int
    queue_position: int | None
    queue_ahead: int | None = Field(description="orders ahead at the provider, as it told")
    log_line: str = Field(description="the provider's last line")
    eta_s: int | None
    error: str
    failure_type: str | None
    price_dust: int
    charge_dust: int
    mark: str
    attempt: int
    thumb_url: str | None
    view_url: str | None
    full_url: str | None
    started_at: datetime | None
    finished_at: datetime | None
    trashed_at: datetime | None = Field(description="since when it lies in the trash")
    purge_at: datetime | None = Field(description="when it goes for good")

    @classmethod
    def of(cls, frame: Frame, origin: str, ahead: int | None = None, eta_s: int | None = None) -> "FrameOut":
        is_done = frame.status == FrameStatus.DONE
        urls = {
            f"{variant}_url": image_url(frame.id, variant, origin) if is_done else None
            for variant in ("thumb", "view", "full")
        }
        return cls(
            **frame.model_dump(include=set(cls.model_fields)),
            **urls,
            number=frame.number,
            scene=frame.scene_id,
            purge_at=frame.purge_at,
            queue_position=ahead,
            eta_s=eta_s,
        )


class ShootOut(Out):
    id: UUID
    created_at: datetime
    updated_at: datetime
    pack: str
    pack_version_id: UUID
    title: str
    cast: dict[str, str | None]
    frames_total: int
    frames_done: int
    frames_open: int
    frames_ringed: int
    cover_url: str | None

    @classmethod
    def of(cls, shoot: Shoot, counts: "Counts", origin: str, **more: Any) -> "ShootOut":
        cover = image_url(counts.cover_id, "thumb", origin) if counts.cover_id else None
        return cls(
            **shoot.model_dump(include={"id", "created_at", "updated_at", "pack_version_id", "title", "cast"}),
            pack=shoot.pack_slug,
            frames_total=counts.total,
            frames_done=counts.done,
            frames_open=counts.open,
            frames_ringed=counts.ringed,
            cover_url=cover,
            **more,
        )


class ShootDetailOut(ShootOut):
    frames: list[FrameOut]


class Counts(Out):
    """Of a shoot's frames. `cover_id`: a ringed one that is done, or else the latest done."""

    total: int = 0
    done: int = 0
    open: int = 0
    ringed: int = 0  # and done
    cover_id: UUID | None = None


class OrderedOut(Out):
    """Work was ordered: follow it at /api/v1/jobs/{id}/events."""

    id: UUID
    status: str
    shoot_id: UUID
    quote: QuoteOut
    frames: list[FrameOut]


class GenerateOut(Out):
    id: UUID
    status: str
    shoot_id: UUID
    quote: QuoteOut


class GeneratedFrameOut(Out):
    id: UUID
    status: str
    error: str
    charge_dust: int


class GenerationOut(Out):
    """`image_urls` can be read by anybody who has them, for an hour."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    status: str
    progress: int
    shoot_id: UUID | None
    queue_position: int | None
    eta_s: int | None
    image_urls: list[str]
    frames: list[GeneratedFrameOut]
    charge_dust: int
    unlock_dust: int = Field(0, description="paid besides, once for the pack")
    error: str


class RecipeOut(Out):
    """All that made the frame, or can make it again. `source` is what a picture started from: the photo of a preview, the
    frame that was edited (an edit's `prompt` is the instruction)."""

    frame_id: UUID
    pack: str
    pack_version_id: UUID
    scene: str
    knobs: dict[str, Any]
    seed: int
    cast: dict[str, str | None]
    personas: list[str]
    width: int
    height: int
    output_format: str
    kind: str
    source: str
    prompt: str
    negative: str
    parent_frame_id: UUID | None


def image_url(frame_id: UUID, variant: str, origin: str = "") -> str:
    """Path-absolute without an origin."""
    return f"{origin}/api/v1/frames/{frame_id}/image?variant={variant}"
