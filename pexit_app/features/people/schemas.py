"""What the routes of people, photos and likenesses take and answer. API.md, "People, photos, likenesses"."""

from datetime import datetime
from typing import Annotated, Literal, Self
from urllib.parse import urljoin
from uuid import UUID

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StrictBool, StrictInt, StringConstraints

from pexit_app.core import deps
from pexit_app.features.jobs.service import Job, JobStatus
from pexit_app.features.people import consent, proof
from pexit_app.features.people.consent import Attestation, Scope, Use
from pexit_app.features.people.models import (
    Consent,
    Likeness,
    LikenessStatus,
    Person,
    PersonKind,
    Photo,
    Retention,
    likeness_key,
    photo_key,
)
from pexit_app.features.people.photos import MAX_PHOTOS
from pexit_app.features.people.service import MAX_NAME_CHARS, MAX_RELATIONSHIP_CHARS
from pexit_app.features.people.training import DEFAULT_STEPS, DEFAULT_TRIGGER, MAX_STEPS, MIN_STEPS

URL_S = 3600
JPEG = "image/jpeg"
MAX_URL_CHARS = 2000
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME_CHARS)]
Relationship = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_RELATIONSHIP_CHARS)]


def signed(key: str, origin: str) -> str:
    """Readable for an hour by whoever has it."""
    return urljoin(f"{origin}/", deps.get().store.signed_url(key, JPEG, URL_S))


class ConsentIn(BaseModel):
    adult: StrictBool = Field(description="the person is 18 or older")
    own_likeness: StrictBool = Field(False, description="it is you")
    release: StrictBool = Field(False, description="or the person has released the photos to you")
    notice_version: Annotated[str, Field(max_length=40, description="of the words read: GET /api/v1/consent/notice")]

    def attestation(self) -> Attestation:
        return Attestation(self.adult, self.own_likeness, self.notice_version, self.release)


class PersonIn(BaseModel):
    """Without `consent` the person is added all the same, but takes no photos. A pet needs none."""

    name: Name
    kind: PersonKind = PersonKind.PERSON
    relationship: Relationship = ""
    consent: ConsentIn | None = None


class PersonPatch(BaseModel):
    name: Name | None = None
    relationship: Relationship | None = None
    retention: Retention | None = Field(None, description="how long photos stay: after_training, days_30 or keep")


class TrainingConfig(BaseModel):
    """For diffusion models; the darkroom keeps them. `trainer`: `gpu` learns a model that renders photographs, `darkroom`
    one for sketches only; none: a GPU service where there is one."""

    model_config = ConfigDict(populate_by_name=True)

    trigger_word: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{2,20}$")] = Field(
        DEFAULT_TRIGGER, validation_alias=AliasChoices("trigger_word", "triggerWord")
    )
    steps: StrictInt = Field(
        DEFAULT_STEPS, ge=MIN_STEPS, le=MAX_STEPS, description="at a GPU more than 1000 cost more, in proportion"
    )
    trainer: Literal["darkroom", "gpu"] | None = None


class TrainIn(BaseModel):
    """A person (all accepted photos), or photos of one person by id. Images by https address are fetched into the person
    named by `person_id`."""

    model_config = ConfigDict(populate_by_name=True)

    person_id: UUID | None = Field(None, validation_alias=AliasChoices("person_id", "personId"))
    images: Annotated[list[Annotated[str, Field(max_length=MAX_URL_CHARS)]], Field(max_length=MAX_PHOTOS)] | None = None
    config: TrainingConfig = TrainingConfig()


class Out(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class NoticeOut(Out):
    version: str
    text: str
    sha256: str


class ConsentOut(Out):
    """What was attested, to which words, when. `is_current`: to the present words."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    basis: str = Field(description="own, release, or handshake: they answered by a link")
    notice_version: str
    text_sha256: str
    is_current: bool
    uses: list[str] = Field(description="likeness, frames, outside (a GPU service)")
    packs: list[str] | None = Field(description="slugs; null: any")

    @classmethod
    def of(cls, row: Consent) -> Self:
        scope = Scope.of(row)
        return cls(
            id=row.id,
            created_at=row.created_at,
            updated_at=row.updated_at,
            basis=row.basis,
            notice_version=row.notice_version,
            text_sha256=row.text_sha256,
            is_current=row.notice_version == consent.CURRENT.version,
            uses=[each for each in Use if each in scope.uses],
            packs=None if scope.packs is None else sorted(scope.packs),
        )


class ReasonOut(Out):
    code: str
    message: str = Field(description="one sentence that says how to mend it")
    refuses: bool = Field(True, description="false: only a hint, the photo counts")


class PhotoOut(Out):
    """`url` and `thumb_url` can be read by anybody who has them, for an hour."""

    id: UUID
    person_id: UUID
    created_at: datetime
    updated_at: datetime
    name: str
    verdict: str = Field(description="accepted or rejected")
    reasons: list[ReasonOut]
    sharpness: float = Field(description="0-100")
    pose: str | None = Field(description="front, left, right, up or down")
    face_box: list[float] | None = Field(description="x, y, width, height as shares of the photo")
    width: int
    height: int
    url: str
    thumb_url: str

    @classmethod
    def of(cls, photo: Photo, origin: str) -> Self:
        return cls(
            id=photo.id,
            person_id=photo.person_id,
            created_at=photo.created_at,
            updated_at=photo.updated_at,
            name=photo.name,
            verdict=photo.verdict,
            reasons=[ReasonOut.model_validate(each) for each in photo.reasons],
            sharpness=photo.reading["sharpness"],
            pose=photo.reading["pose"],
            face_box=photo.reading["face_box"],
            width=photo.width,
            height=photo.height,
            url=signed(photo_key(photo.id), origin),
            thumb_url=signed(photo_key(photo.id, "thumb.jpg"), origin),
        )


class ReadinessOut(Out):
    score: int = Field(description="0-100")
    next_photo: str = Field(description="the one photo that gains most; empty at 100")
    gain: int = Field(description="what it would add")


class RejectedFileOut(Out):
    """A file of which nothing was stored."""

    file: str
    code: str
    message: str


class UploadOut(Out):
    """In the order of the files. A photo with the verdict `rejected` is stored, so that it can be looked at and mended."""

    photos: list[PhotoOut]
    rejected_files: list[RejectedFileOut]
    readiness: ReadinessOut


class LikenessOut(Out):
    """One version. `proof_urls` can be read by anybody who has them, for an hour."""

    id: UUID
    person_id: UUID
    job_id: UUID
    created_at: datetime
    updated_at: datetime
    version: int
    status: str = Field(description="training, ready, failed or canceled")
    is_chosen: bool = Field(description="pictures are made with this version")
    stage: str
    progress: int
    eta_s: int | None
    error: str
    trigger_word: str
    steps: int
    photo_count: int
    proof_urls: list[str]
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Likeness, origin: str, *, is_chosen: bool, eta_s: int | None) -> Self:
        return cls(
            **row.model_dump(include=set(cls.model_fields) & set(Likeness.model_fields)),
            is_chosen=is_chosen,
            eta_s=eta_s,
            photo_count=len(row.photo_ids),
            proof_urls=proof_urls(row, origin),
        )


def proof_urls(row: Likeness | None, origin: str) -> list[str]:
    """Of the proof sheet, in its order, as far as it is printed."""
    if row is None or row.status not in (LikenessStatus.READY, LikenessStatus.TRAINING):
        return []
    return [signed(likeness_key(row.id, proof.part_of(number)), origin) for number in range(1, row.proof_count + 1)]


class PersonOut(Out):
    """`needs_consent`: nothing can be stored or made before consent is given. `likeness_id` is the version pictures are
    made with; `cover` the best accepted photo. `photos_due_at`: when the photos are deleted by themselves."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    name: str
    kind: Literal["person", "pet"]
    relationship: str
    consent: ConsentOut | None
    needs_consent: bool
    retention: Retention
    photos_due_at: datetime | None
    photo_count: int
    accepted_count: int
    readiness: ReadinessOut
    likeness_id: UUID | None
    likeness: LikenessOut | None
    training: LikenessOut | None
    cover: PhotoOut | None

    @classmethod
    def of(
        cls,
        person: Person,
        agreed: Consent | None,
        *,
        photo_count: int,
        accepted_count: int,
        photos_due_at: datetime | None,
        readiness: ReadinessOut,
        likeness: LikenessOut | None,
        training: LikenessOut | None,
        cover: PhotoOut | None,
    ) -> Self:
        return cls(
            id=person.id,
            created_at=person.created_at,
            updated_at=person.updated_at,
            name=person.name,
            kind="pet" if person.kind == PersonKind.PET else "person",
            relationship=person.relationship,
            consent=None if agreed is None else ConsentOut.of(agreed),
            needs_consent=agreed is None and person.kind == PersonKind.PERSON,
            retention=Retention(person.retention),
            photos_due_at=photos_due_at,
            photo_count=photo_count,
            accepted_count=accepted_count,
            readiness=readiness,
            likeness_id=None if likeness is None else likeness.id,
            likeness=likeness,
            training=training,
            cover=cover,
        )


class PersonDetailOut(PersonOut):
    photos: list[PhotoOut]
    likenesses: list[LikenessOut]


class OrderedTrainingOut(Out):
    """A training was ordered: follow it at /api/v1/jobs/{id}/events, stop it at /api/v1/jobs/{id}/cancel."""

    id: UUID
    status: str
    person_id: UUID
    version: int


class TrainingOut(Out):
    """`likeness_id` as soon as it can be used. `step` is the stage in words."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    status: str = Field(description="queued, processing, completed, failed or canceled")
    progress: int
    step: str
    eta_s: int | None
    likeness_id: UUID | None
    person_id: UUID | None
    version: int | None
    trigger_word: str | None
    steps: int | None
    proof_urls: list[str]
    charge_dust: int
    error: str

    @classmethod
    def of(cls, job: Job, likeness: Likeness | None, origin: str, eta_s: int | None) -> Self:
        is_usable = likeness is not None and job.status == JobStatus.COMPLETED
        return cls(
            id=job.id,
            created_at=job.created_at,
            updated_at=job.updated_at,
            status=job.status,
            progress=job.progress,
            step=likeness.stage if likeness else "",
            eta_s=eta_s,
            likeness_id=job.subject_id if is_usable else None,
            person_id=likeness.person_id if likeness else None,
            version=likeness.version if likeness else None,
            trigger_word=likeness.trigger_word if likeness else None,
            steps=likeness.steps if likeness else None,
            proof_urls=proof_urls(likeness, origin),
            charge_dust=job.charge_dust,
            error=job.error,
        )
