"""What the routes of drafts take and answer. Ranges stand here for the OpenAPI document too; the services decide."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Strict

from pexit_app.core.errors import PexitError
from pexit_app.features.builder.changes import MAX_BATCH, Applied, AppliedBatch, ChangeAsk
from pexit_app.features.builder.guard import MAX_OPS
from pexit_app.features.builder.history import Entry
from pexit_app.features.builder.models import (
    MAX_CLIENT_CHARS,
    MAX_LABEL_CHARS,
    MAX_NAME_CHARS,
    MAX_SLUG_CHARS,
    PackDraft,
    RestorePoint,
)
from pexit_app.features.builder.service import MAX_PACK_TITLE_CHARS, Start
from pexit_app.features.builder.starting_points import StartingPoint
from pexit_app.features.packs.service import Lineage

Revision = Annotated[int, Strict(), Field(ge=1, le=2**31 - 1, description="the one that was seen")]
Client = Annotated[str, Field(min_length=1, max_length=MAX_CLIENT_CHARS, description="names the tab")]
Label = Annotated[str, Field(min_length=1, max_length=MAX_LABEL_CHARS, description="in words: `Scene renamed`")]
Title = Annotated[str, Field(min_length=1, max_length=MAX_PACK_TITLE_CHARS)]
Slug = Annotated[str, Field(min_length=1, max_length=MAX_SLUG_CHARS)]
Flag = Annotated[bool, Strict()]
Ops = Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_OPS, description="RFC 6902")]


class Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class CreateDraftIn(BaseModel):
    """At most one of `fork`, `fork_version_id`, `pack` and `document`; none: a small pack that is in order."""

    title: Title | None = None
    fork: Slug | None = Field(None, description="a pack to remix, at its live version")
    fork_version_id: UUID | None = None
    pack: Slug | None = Field(None, description="one of your own, for its next version")
    document: dict[str, Any] | None = None
    client: Client = "start"

    def asked(self) -> Start:
        return Start(self.title, self.fork_version_id or self.fork, self.pack, self.document, client=self.client)


class ChangeDraftIn(BaseModel):
    """What is left out stays. Pictures: a picture's name -> a frame's id."""

    title: Title | None = None
    unlisted: Flag | None = None
    may_fork: Flag | None = None
    pictures: dict[str, str] | None = None
    client: Client = "terms"


class ApplyIn(BaseModel):
    base_revision: Revision
    ops: Ops
    label: Label
    client: Client


class BatchedIn(BaseModel):
    ops: Ops
    label: Label


class ApplyBatchIn(BaseModel):
    """Each change is written for the document that the ones before it made."""

    base_revision: Revision
    changes: list[BatchedIn] = Field(min_length=1, max_length=MAX_BATCH)
    client: Client

    def asked(self) -> list[ChangeAsk]:
        return [ChangeAsk(each.ops, each.label) for each in self.changes]


class StepIn(BaseModel):
    base_revision: Revision
    client: Client


class GoToIn(StepIn):
    number: Annotated[int, Strict(), Field(ge=1, le=2**31 - 1)]


class AddSceneIn(BaseModel):
    starting_point: Slug
    client: Client


class KeepIn(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARS)]


class LineageOut(Out):
    version_id: UUID
    version: int
    slug: str
    title: str
    creator: str
    is_shown: bool
    pays_percent: int

    @classmethod
    def of(cls, lineage: Lineage) -> "LineageOut":
        return cls(
            version_id=lineage.version_id,
            version=lineage.number,
            slug=lineage.slug,
            title=lineage.title,
            creator=lineage.creator,
            is_shown=lineage.is_shown,
            pays_percent=lineage.pays_percent,
        )


class DraftListedOut(Out):
    """One of a page of drafts: without its document."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    title: str
    slug: str
    revision: int
    pack_id: UUID | None
    forked_from_version_id: UUID | None
    unlisted: bool
    may_fork: bool
    publish_at: datetime | None

    @classmethod
    def fields_of(cls, draft: PackDraft) -> dict[str, Any]:
        plain = {name: getattr(draft, name) for name in DraftListedOut.model_fields if hasattr(draft, name)}
        return {**plain, "unlisted": draft.is_unlisted}

    @classmethod
    def of(cls, draft: PackDraft) -> "DraftListedOut":
        return cls(**cls.fields_of(draft))


class DraftOut(DraftListedOut):
    document: dict[str, Any]
    pictures: dict[str, str]
    forked_from: LineageOut | None

    @classmethod
    def whole(cls, draft: PackDraft, lineage: Lineage | None) -> "DraftOut":
        told = LineageOut.of(lineage) if lineage else None
        return cls(**cls.fields_of(draft), document=draft.document, pictures=draft.pictures, forked_from=told)


class AppliedOut(Out):
    """The draft afterwards; `number` of the change that was made, undone or done again, null where nothing changed.
    `rebased`: others had changed it since, and the document holds that as well."""

    revision: int
    document: dict[str, Any]
    number: int | None
    label: str | None
    rebased: bool

    @classmethod
    def of(cls, applied: Applied) -> "AppliedOut":
        change = applied.change
        return cls(
            revision=applied.revision,
            document=applied.document,
            number=change.number if change else None,
            label=change.label if change else None,
            rebased=applied.is_rebased,
        )


class StoppedOut(Out):
    """`index` of the change that could not be applied, and why: as the error of a single change would say it."""

    index: int
    code: str
    message: str
    details: Any

    @classmethod
    def of(cls, index: int, error: PexitError) -> "StoppedOut":
        return cls(index=index, code=error.code, message=error.message, details=error.details)


class AppliedBatchOut(Out):
    """The first `done` changes are kept; none after the one that `stopped`."""

    revision: int
    document: dict[str, Any]
    done: int
    stopped: StoppedOut | None
    rebased: bool

    @classmethod
    def of(cls, applied: AppliedBatch) -> "AppliedBatchOut":
        stopped = StoppedOut.of(applied.done, applied.stopped) if applied.stopped else None
        return cls(
            revision=applied.revision,
            document=applied.document,
            done=applied.done,
            stopped=stopped,
            rebased=applied.is_rebased,
        )


class HistoryEntryOut(Out):
    """`done`: the draft stands on it. `head`: undo begins here; `next`: redo leads here."""

    number: int
    parent_number: int | None
    label: str
    paths: list[str]
    client: str
    user_id: UUID
    revision_after: int
    created_at: datetime
    done: bool
    head: bool
    next: bool

    @classmethod
    def of(cls, entry: Entry) -> "HistoryEntryOut":
        change = entry.change
        return cls(
            number=change.number,
            parent_number=entry.parent_number,
            label=change.label,
            paths=entry.paths,
            client=change.client,
            user_id=change.user_id,
            revision_after=change.revision_after,
            created_at=change.created_at,
            done=entry.is_done,
            head=entry.is_head,
            next=entry.is_next,
        )


class DocumentOut(Out):
    number: int
    document: dict[str, Any]


class RestorePointOut(Out):
    id: UUID
    name: str
    revision: int
    created_at: datetime

    @classmethod
    def of(cls, point: RestorePoint) -> "RestorePointOut":
        return cls(id=point.id, name=point.name, revision=point.revision, created_at=point.created_at)


class StartingPointOut(Out):
    id: str
    title: str
    pack: str
    look: dict[str, Any]
    picture_url: str | None

    @classmethod
    def of(cls, point: StartingPoint) -> "StartingPointOut":
        return cls(
            id=point.id, title=point.title, pack=point.pack_title, look=point.look, picture_url=point.picture_url
        )
