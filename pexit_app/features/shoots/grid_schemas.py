"""What the routes of grids take and answer."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from pexit_app.core.ports import OutputFormat
from pexit_app.features.shoots.grid_requests import AXIS_MOST, GridRequest
from pexit_app.features.shoots.grids import OpenGrid
from pexit_app.features.shoots.queries import Queue
from pexit_app.features.shoots.schemas import Casting, FrameOut, OrderedOut, Out, Seed, Side, Slug

KnobId = Annotated[str, Field(max_length=40)]


class GridIn(Casting):
    """One scene under every value of one knob (a test strip, 5 to 7 values) or of two (a grid of at most 36 cells)."""

    scene: Slug
    knobs: dict[str, Any] = Field({}, description="where the other knobs stand")
    seed: Seed | None = Field(None, description="of every cell; none: the scene's own")
    knob_x: KnobId
    values_x: Annotated[list[Any], Field(max_length=AXIS_MOST)]
    knob_y: KnobId = Field("", description="empty: a test strip")
    values_y: list[Any] = Field([], max_length=AXIS_MOST)
    parent_frame_id: UUID | None = None
    width: Side | None = None
    height: Side | None = None
    output_format: OutputFormat = "png"
    quote_id: UUID | None = Field(None, description="from POST /grids/quote: refused if it no longer stands")

    def asked(self, shoot_id: UUID | None, pack: str | None = None) -> GridRequest:
        given = {name: getattr(self, name) for name in GridIn.model_fields.keys() - Casting.model_fields.keys()}
        is_cast = bool(self.cast or self.likeness_id or self.photo_id)
        return GridRequest(**given, shoot_id=shoot_id, pack=pack, cast=self.chosen() if is_cast else None)


class GridQuoteIn(GridIn):
    """The body of POST /shoots/{id}/grids with its `shoot_id`, or with the `pack` of a shoot that is still to be."""

    shoot_id: UUID | None = None
    pack: Slug | None = None


class GridOrderedOut(OrderedOut):
    """`id` is the job's."""

    grid_id: UUID


class CellOut(Out):
    """`frame` is null where it was deleted."""

    value_x: Any
    value_y: Any
    words_x: str
    words_y: str
    frame: FrameOut | None


class GridOut(Out):
    """Cells row by row from the top left. `again`: how many a retry would render."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    shoot_id: UUID
    scene: str
    scene_title: str
    knobs: dict[str, Any]
    seed: int
    knob_x: str
    label_x: str
    values_x: list[Any]
    knob_y: str
    label_y: str
    values_y: list[Any]
    done: int
    open: int
    again: int
    cells: list[CellOut]

    @classmethod
    def of(cls, found: OpenGrid, queue: Queue, origin: str) -> "GridOut":
        grid, wide = found.grid, len(found.grid.values_x)
        cells = [
            CellOut(
                value_x=grid.values_x[cell % wide],
                value_y=grid.values_y[cell // wide] if grid.values_y else None,
                words_x=found.across.words[cell % wide],
                words_y=found.down.words[cell // wide] if found.down.words else "",
                frame=queue.out(frame, origin) if frame is not None else None,
            )
            for cell, frame in enumerate(found.cells)
        ]
        return cls(
            **grid.model_dump(include=set(cls.model_fields)),
            scene=grid.scene_id,
            scene_title=found.scene_title,
            label_x=found.across.label,
            label_y=found.down.label,
            done=found.done,
            open=found.open,
            again=len(found.again),
            cells=cells,
        )


class GridLineOut(Out):
    """A grid in the list of its shoot."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    shoot_id: UUID
    scene_id: str
    knob_x: str
    values_x: list[Any]
    knob_y: str
    values_y: list[Any]
