"""What can be wrong with people, their photos and their likenesses."""

from typing import ClassVar

from pexit_app.core.errors import BadInput, Conflict, Gone, PexitError, TooMany


class ConsentRequired(Conflict):
    """Nothing is stored or made of a person before consent stands. `details`: person_id, notice_version."""

    code: ClassVar[str] = "consent_required"


class UseNotAgreed(Conflict):
    """Who answered by a link has not agreed to this. `details`: person_id, use (a Use, or "pack")."""

    code: ClassVar[str] = "use_not_agreed"


class AnsweredByLink(Conflict):
    """Whoever is in the photos has answered by a link: nobody else's word counts beside theirs."""

    code: ClassVar[str] = "answered_by_link"


class LinkOver(Gone):
    """The link has expired, was answered or taken back. `details`: status."""

    code: ClassVar[str] = "link_over"


class NoticeOutdated(BadInput):
    """The words that were agreed to are not the present ones: show those of GET /consent/notice."""

    code: ClassVar[str] = "notice_outdated"


class TooManyPeople(Conflict):
    code: ClassVar[str] = "too_many_people"


class TooManyPhotos(Conflict):
    code: ClassVar[str] = "too_many_photos"


class TooFewPhotos(BadInput):
    code: ClassVar[str] = "too_few_photos"


class AlreadyTraining(Conflict):
    """`details`: job_id of the training that runs."""

    code: ClassVar[str] = "already_training"


class TooManyTrainings(TooMany):
    code: ClassVar[str] = "too_many_trainings"


class LikenessNotReady(Conflict):
    code: ClassVar[str] = "likeness_not_ready"


class JustStarted(Conflict):
    """A training began in the very moment of a deletion: ask again."""

    code: ClassVar[str] = "just_started"


class NoUsableFile(PexitError):
    """None of the files sent could be stored. `details`: one {field, message, value, limit, file, code} a file."""

    code: ClassVar[str] = "no_usable_file"
    status: ClassVar[int] = 422


class FilesTooLarge(NoUsableFile):
    code: ClassVar[str] = "too_large"
    status: ClassVar[int] = 413


class FilesOverLimit(NoUsableFile):
    """The person has all the photos a person may have."""

    code: ClassVar[str] = "too_many_photos"
    status: ClassVar[int] = 409


class GateBusy(NoUsableFile):
    """Nothing is wrong with the files: send them again shortly."""

    code: ClassVar[str] = "unavailable"
    status: ClassVar[int] = 503


class FilesUnsupported(NoUsableFile):
    code: ClassVar[str] = "unsupported"
    status: ClassVar[int] = 415


class NotMultipart(PexitError):
    code: ClassVar[str] = "unsupported_media_type"
    status: ClassVar[int] = 415


class UploadAborted(PexitError):
    """The sender went away in the middle: nobody reads this answer."""

    code: ClassVar[str] = "upload_aborted"
    status: ClassVar[int] = 499


class AddressRefused(BadInput):
    """A photo's address that cannot be fetched from: not https, not public, too large, or nothing there."""

    code: ClassVar[str] = "address_refused"
