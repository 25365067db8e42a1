"""Who renders what, and at what price: a GPU whatever it knows all the faces of, the darkroom everything else. Pure, but
for reading the prices.

A GPU knows a likeness by its weights, or one photo by looking at it; stand-ins are words to it. What is planned decides the
price; who it is in the end shows when a frame runs.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.errors import BadInput
from pexit_app.core.ports import Kind, Weights
from pexit_app.features.people.faces import Face
from pexit_app.features.routing import service as routing
from pexit_app.features.shoots.errors import NeedsGpu
from pexit_app.features.shoots.models import Frame
from pexit_app.features.wallet import prices
from pexit_app.features.wallet.quotes import QuoteLine

Renderer = Literal["gpu", "darkroom"]
RENDER_ACTION = "darkroom_frame"
PIXELS = 1_500_000  # that the price of a generated picture is for: somewhat more than any scene has by itself
EDITS = (Kind.EDIT, Kind.FILL, Kind.UPSCALE)
_MADE = {Kind.EDIT: "changed in words", Kind.FILL: "mended", Kind.UPSCALE: "made twice as large"}


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a render costs in dust, without a creator's fee: at the GPUs by kind, as far as somebody offers it."""

    darkroom: int
    gpu: Mapping[Kind, int]


@dataclass(frozen=True, slots=True)
class Rendering:
    """How a frame is made. `kind`, `weights` and `source` are as the frame keeps them, `dust` is for one. `remark` says how
    it could be had as a photograph, where that is possible at all. The darkroom reads no weights."""

    kind: Kind
    renderer: Renderer
    dust: int
    weights: tuple[Weights, ...] = ()
    source: str = ""
    remark: str = ""


async def read_tariff(session: AsyncSession) -> Tariff:
    offered, routes = await routing.offered(session), await routing.list_routes(session)
    darkroom = await prices.price(session, RENDER_ACTION)
    return Tariff(darkroom, {kind: routes[kind].dust for kind in offered})


def plan(faces: Sequence[Face | None], tariff: Tariff, own: Weights | None = None) -> Rendering:
    """`faces`: one a role, None is a stand-in. `own` are weights of the user's, which go along where a GPU generates."""
    cast = [face for face in faces if face is not None]
    weights = [face.weights for face in cast if face.weights is not None]
    if Kind.GENERATE in tariff.gpu and len(weights) == len(cast):
        every = dict.fromkeys([*weights, *([own] if own else [])])  # one likeness in both roles counts once
        return Rendering(Kind.GENERATE, "gpu", tariff.gpu[Kind.GENERATE], tuple(every))
    is_photo = len(faces) == 1 and cast[0:1] and cast[0].kind == "photo" and cast[0].may_leave
    if Kind.PREVIEW in tariff.gpu and is_photo:
        return Rendering(Kind.PREVIEW, "gpu", tariff.gpu[Kind.PREVIEW], source=cast[0].photo)
    remark = _remark(cast) if Kind.GENERATE in tariff.gpu else ""
    return Rendering(Kind.GENERATE, "darkroom", tariff.darkroom, remark=remark)


def _remark(cast: Sequence[Face]) -> str:
    unknown = [face for face in cast if face.weights is None]
    if not all(face.may_leave for face in cast):
        return "not everybody in it has agreed to be sent to a GPU service"
    if any(face.kind == "photo" for face in unknown):
        return "train a likeness of everybody in it to render it as a photograph"
    which = "this likeness" if len(unknown) == 1 else "these likenesses"
    return f"train {which} once more to render it as a photograph"


def plan_again(frame: Frame, tariff: Tariff) -> Rendering:
    """Another attempt at a frame, as it stands, at today's prices. Raises NeedsGpu for an edit that nobody offers now."""
    kind = Kind(frame.kind)
    if kind in EDITS and kind not in tariff.gpu:
        raise needs_gpu(kind)
    weights = tuple(Weights(**each) for each in frame.weights)
    if kind in tariff.gpu and (kind != Kind.GENERATE or knows_all_faces(frame)):
        return of_size(Rendering(kind, "gpu", tariff.gpu[kind], weights, frame.source), frame.width, frame.height)
    return Rendering(Kind.GENERATE, "darkroom", tariff.darkroom, weights)


def of_size(rendering: Rendering, width: int | None, height: int | None) -> Rendering:
    """At the price for that size, in pixels (None: the scene's own): vendors are paid by the megapixel for what they
    generate."""
    if (rendering.kind, rendering.renderer) != (Kind.GENERATE, "gpu") or width is None or height is None:
        return rendering
    return replace(rendering, dust=rendering.dust * -(-width * height // PIXELS))


def knows_all_faces(frame: Frame) -> bool:
    """Whether a GPU that generates can make it: weights are kept with a frame only where every face in it has some."""
    return bool(frame.weights) or not any(frame.cast.values())


def needs_gpu(kind: Kind) -> BadInput:
    """NeedsGpu, to be raised."""
    message = "Finished frames are changed by a GPU service, and none that does this is configured."
    return NeedsGpu.of("kind", message, str(kind))


def lines_of(renderings: Sequence[Rendering], fee_dust: int) -> tuple[QuoteLine, ...]:
    """The quote for frames made like this, one line for each way of making them; the creator's fee is for renders only,
    not for edits."""
    lines = []
    for (renderer, kind, dust, remark), count in Counter(map(_way, renderings)).items():
        after = f"; {remark}" if remark else ""
        label = f"{_counted(count)}{_where(renderer, kind, count, remark)}, {dust} dust each{after}"
        lines.append(QuoteLine(label, count * dust))
    paid = sum(each.kind not in EDITS for each in renderings)
    if fee_dust and paid:
        lines.append(QuoteLine(f"Creator's fee, {fee_dust} dust a frame", paid * fee_dust))
    return tuple(lines)


def _way(rendering: Rendering) -> tuple[Renderer, Kind, int, str]:
    """Frames that share it share a line."""
    return rendering.renderer, rendering.kind, rendering.dust, rendering.remark


def _counted(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"


def _where(renderer: Renderer, kind: Kind, count: int, remark: str) -> str:
    """Where there is nothing but the darkroom, it is not spoken of."""
    if kind in EDITS:
        return f" {_MADE[kind]}"
    if renderer == "gpu":
        return " as a photograph" if count == 1 else " as photographs"
    return " in the darkroom" if remark else ""


def price_of(rendering: Rendering, fee_dust: int) -> int:
    """Dust for one frame."""
    return rendering.dust + (0 if rendering.kind in EDITS else fee_dust)


def renders_on(renderings: Sequence[Rendering]) -> Renderer:
    return "gpu" if any(each.renderer == "gpu" for each in renderings) else "darkroom"
