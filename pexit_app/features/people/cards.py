"""People as their pages show them, as plain values. Texts are ready to read; empty means there is none."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pexit_app.core.clock import now
from pexit_app.features.people import remote_cards
from pexit_app.features.people.consent import Notice
from pexit_app.features.people.models import (
    Consent,
    Likeness,
    LikenessStatus,
    Person,
    PersonKind,
    Photo,
    Retention,
    Verdict,
)
from pexit_app.features.people.proof import HEIGHT_PX, LOOKS, WIDTH_PX
from pexit_app.features.people.schemas import ReadinessOut
from pexit_app.ui.parts.frame import FrameCard
from pexit_app.ui.parts.sheet import StripCard
from pexit_app.ui.parts.ticket import TicketCard, TicketLine

STRIP_SHOWN = 8  # photos of a person in the list of people
WANTED = 20  # accepted photos; more teach nothing new
PROOFS = len(LOOKS)
MEANWHILE = "Meanwhile every draft shows this face from one photo."
HERE = "Trained on this machine."
RENTED = "Trained by a GPU service on copies of these photos, which are deleted there."
SHARP, SOFT = 60, 30  # of 100
POSES = {
    "front": "facing you",
    "left": "turned to the left",
    "right": "turned to the right",
    "up": "chin up",
    "down": "chin down",
}
CELL = 0.8  # width to height of a photo's frame
FACE_HEIGHT = 0.42  # where in the frame the middle of a face belongs
BASES = {
    "own": "You, 18 or older",
    "release": "Somebody else, 18 or older, who released the photos to you",
    "handshake": "They themselves, 18 or older, by a link",
    "pet": "A pet",
}


@dataclass(frozen=True)
class PersonCard:
    """A person in the list. `score` is 0-100 readiness, `film` the photos (`has_film`: there are any), `state` none,
    training or ready."""

    id: str = ""
    name: str = ""
    href: str = ""
    line: str = ""
    score: int = 0
    likeness: str = ""
    state: str = "none"
    has_film: bool = False
    film: StripCard = field(default_factory=StripCard)


@dataclass(frozen=True)
class PhotoCard:
    """A photo on the contact sheet: the gate's `word` and `text`, `hints` as questions, `facts` what was measured. `state`
    is good, hint or out."""

    id: str = ""
    number: str = ""
    name: str = ""
    frame: FrameCard = field(default_factory=FrameCard)
    state: str = "good"
    word: str = ""
    text: str = ""
    hints: list[str] = field(default_factory=list)
    facts: str = ""


@dataclass(frozen=True)
class ReadyCard:
    """`score` 0-100, `title` and `text` what it means, `next_photo` the one to add next, `gain` as "+12"."""

    score: int = 0
    title: str = ""
    text: str = ""
    next_photo: str = ""
    gain: str = ""


@dataclass(frozen=True)
class ConsentCard:
    """What was agreed, to which words, when, and to what (`scope`). `is_standing` False: nothing is done before somebody
    agrees. `is_by_link`: they have answered themselves."""

    is_standing: bool = False
    is_by_link: bool = False
    who: str = ""
    notice: str = ""
    given: str = ""
    scope: str = ""


@dataclass(frozen=True)
class NoticeCard:
    """The words of a notice: its first line, and the rest by paragraph."""

    version: str = ""
    title: str = ""
    paragraphs: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class LikenessCard:
    """One version and its proof sheet (`has_proofs`: there is one). `state` is training, ready, failed or canceled;
    `percent`, `stage`, `elapsed`, `eta`, `log_line` and `meanwhile` (what works already) are for one that trains. `copies`
    says what a GPU service holds of the person, and until when."""

    id: str = ""
    job_id: str = ""
    title: str = ""
    line: str = ""
    state: str = "ready"
    is_chosen: bool = False
    error: str = ""
    percent: int = 0
    stage: str = ""
    elapsed: str = ""
    eta: str = ""
    log_line: str = ""
    meanwhile: str = ""
    copies: list[str] = field(default_factory=list)
    has_proofs: bool = False
    proofs: list[FrameCard] = field(default_factory=list)


@dataclass(frozen=True)
class EraseCard:
    """What goes when a person is deleted, and what stays, in words."""

    goes: list[str] = field(default_factory=list)
    stays: str = ""


def many(count: int, one: str, more: str = "") -> str:
    """`1 photo`, `12 photos`."""
    return f"{count} {one if count == 1 else more or one + 's'}"


def clock(seconds: float) -> str:
    """`0:21`, `12:05`."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02}"


def soon(seconds: float) -> str:
    """A time to wait, no finer than it is known: `8 s`, `40 s`, `3 min`."""
    whole = max(1, round(seconds))
    if whole >= 90:
        return f"{round(whole / 60)} min"
    return f"{whole} s" if whole < 10 else f"{round(whole / 5) * 5} s"


def day_of(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def minute_of(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


# ---- photos


def _tenth(face: float, picture: float, wanted: float) -> int:
    """Where to hold a picture that is `picture` times as long as its cell, so that `face` (0-1) lies at `wanted` (0-1) of
    the cell: the CSS object-position, in tenths."""
    if picture <= 1:
        return 5
    return round(10 * min(1.0, max(0.0, (face * picture - wanted) / (picture - 1))))


def focus_of(photo: Photo) -> tuple[int, int]:
    """The face in the middle of its frame, as far as the photo reaches."""
    box = photo.reading.get("face_box")
    if not box:
        return 5, 4
    left, top, width, height = box
    aspect = photo.width / photo.height
    across = _tenth(left + width / 2, aspect / CELL, 0.5)
    return across, _tenth(top + height / 2, CELL / aspect, FACE_HEIGHT)


def photo_frame(photo: Photo, number: str, thumb: str, full: str = "") -> FrameCard:
    across, down = focus_of(photo)
    is_out = photo.verdict == Verdict.REJECTED
    return FrameCard(
        id=str(photo.id),
        number=number,
        code=str(photo.reading.get("pose") or ""),
        src=thumb,
        full_src=full,
        width=photo.width,
        height=photo.height,
        alt=f"Photo {number}, {'left out' if is_out else spoken(photo)}",
        focus_x=across,
        focus_y=down,
        mark="reject" if is_out else "none",
        variant=int(photo.content_sha256[:6], 16) % 7,
    )


def spoken(photo: Photo) -> str:
    """`sharp, facing you`."""
    sharpness = float(photo.reading.get("sharpness", 0))
    sharp = "sharp" if sharpness >= SHARP else "sharp enough" if sharpness >= SOFT else "a little soft"
    pose = POSES.get(str(photo.reading.get("pose")), "")
    return f"{sharp}, {pose}" if pose else sharp


def photo_card(photo: Photo, number: int, thumb: str, full: str) -> PhotoCard:
    refusals = [each["message"] for each in photo.reasons if each["refuses"]]
    hints = [each["message"] for each in photo.reasons if not each["refuses"]]
    is_out = photo.verdict == Verdict.REJECTED
    said = spoken(photo)
    return PhotoCard(
        id=str(photo.id),
        number=str(number),
        name=photo.name,
        frame=photo_frame(photo, str(number), thumb, full),
        state="out" if is_out else "hint" if hints else "good",
        word="Left out" if is_out else "Good",
        text=" ".join(refusals) if is_out else f"{said[0].upper()}{said[1:]}.",
        hints=hints,
        facts=facts_of(photo),
    )


def facts_of(photo: Photo) -> str:
    """`IMG_2041.jpg, 1536 × 2048 px, sharpness 74.`"""
    name = [photo.name] if photo.name else []
    size = f"{photo.width} × {photo.height} px"
    return ", ".join([*name, size, f"sharpness {float(photo.reading.get('sharpness', 0)):.0f}"]) + "."


def ready_card(readiness: ReadinessOut, accepted: int, least: int) -> ReadyCard:
    """`accepted` photos so far; `least` are needed to train."""
    score, missing = readiness.score, least - accepted
    if missing > 0:
        title = "Not ready yet"
        text = f"{many(missing, 'more good photo')} and it can train."
    elif score >= 85:
        title, text = "Ready", "This is as much as a likeness needs."
    else:
        title, text = "Ready enough", "It trains well now. Each photo that shows something new brings it closer."
    gain = f"+{readiness.gain}" if readiness.gain else ""
    return ReadyCard(score, title, text, readiness.next_photo, gain)


# ---- people


def people_line(person: Person, photos: int, accepted: int) -> str:
    """`Myself. 12 photos, 8 good.`"""
    who = [person.relationship] if person.relationship else ["Pet"] if person.kind == PersonKind.PET else []
    counted = "no photo yet" if not photos else f"{many(photos, 'photo')}, {accepted} good"
    return ". ".join([*who, counted[0].upper() + counted[1:]]) + "."


def person_card(
    person: Person, frames: Sequence[FrameCard], photos: int, accepted: int, score: int, latest: Likeness | None
) -> PersonCard:
    """`latest` is the likeness in training, else the chosen one."""
    href = f"/people/{person.id}"
    states = {LikenessStatus.TRAINING: "training", LikenessStatus.READY: "ready"}
    state = states.get(LikenessStatus(latest.status), "none") if latest else "none"
    words = {
        "training": f"Likeness {latest.version} trains, {latest.progress} %" if latest else "",
        "ready": f"Likeness {latest.version}" if latest else "",
    }
    likeness = words.get(state, "No likeness yet")
    edge = [likeness, f"Ready {score} of 100"]
    film = StripCard(edge=person.name, words=edge, href=href, frames=list(frames), size="s")
    line = people_line(person, photos, accepted)
    return PersonCard(str(person.id), person.name, href, line, score, likeness, state, bool(frames), film)


# ---- consent


def consent_card(consent: Consent | None, scope: Sequence[str] = ()) -> ConsentCard:
    if consent is None:
        return ConsentCard()
    return ConsentCard(
        is_standing=True,
        is_by_link=consent.basis == "handshake",
        who=BASES[consent.basis],
        notice=f"What we do with a face, version {consent.notice_version}",
        given=minute_of(consent.created_at),
        scope=". ".join(scope) + "." if scope else "",
    )


def timer_line(retention: str, due: datetime | None, *, is_training: bool) -> str:
    """When the photos go: `They are deleted on 28 December 2026, in 30 days.`"""
    if retention == Retention.KEEP:
        return "They stay until you delete them."
    if due is None:
        return ""
    if is_training:
        is_after = retention == Retention.AFTER_TRAINING
        return f"They are deleted {'as soon as' if is_after else '30 days after'} the training has ended."
    left = (due - now()).total_seconds()
    if left <= 0:
        return "They are deleted within the hour."
    days = math.ceil(left / 86_400)
    when = f"on {day_of(due)}, in {many(days, 'day')}"
    if retention == Retention.AFTER_TRAINING:
        return f"They are deleted when a training has ended, or {when}."
    return f"They are deleted {when}."


def notice_card(notice: Notice) -> NoticeCard:
    title, *paragraphs = notice.text.strip().split("\n\n")
    return NoticeCard(notice.version, title, paragraphs)


def erase_card(photos: int, likenesses: int, *, is_training: bool) -> EraseCard:
    goes = [many(photos, "photo") + ", with everything measured on them"] if photos else []
    goes += [many(likenesses, "likeness", "likenesses") + ", with the proof sheets"] if likenesses else []
    goes += ["the training that runs"] if is_training else []
    return EraseCard(
        goes=[*goes, "the name and the relationship"],
        stays="Pictures you have made stay in your sheets. A note that you agreed, to which words and when, stays as "
        "proof, without name or picture.",
    )


# ---- likenesses


def proof_frame(likeness: Likeness, number: int, src: str, name: str) -> FrameCard:
    """Frame `number` (1-6) of the proof sheet; empty `src`: not printed yet."""
    title = LOOKS[number - 1].title
    is_training = likeness.status == LikenessStatus.TRAINING
    return FrameCard(
        id=f"{likeness.id}-{number}",
        number=str(number),
        code=title,
        state="done" if src else "empty",
        src=src,
        full_src=src,
        width=WIDTH_PX,
        height=HEIGHT_PX,
        alt=f"{name}, likeness {likeness.version}: {title.lower()}" if src else "",
        headline="" if src or is_training else "Not printed",
    )


def likeness_card(
    likeness: Likeness,
    proofs: Sequence[FrameCard],
    *,
    is_chosen: bool,
    eta_s: int | None = None,
    is_first: bool = False,
) -> LikenessCard:
    """`is_first`: the person has no other likeness that is ready."""
    started = likeness.started_at or likeness.created_at
    is_training = likeness.status == LikenessStatus.TRAINING
    photos = many(len(likeness.photo_ids), "photo")
    took = f", in {clock((likeness.finished_at - started).total_seconds())}" if likeness.finished_at else ""
    return LikenessCard(
        id=str(likeness.id),
        job_id=str(likeness.job_id),
        title=f"Likeness {likeness.version}",
        line=f"From {photos}{took}. {day_of(likeness.created_at)}.",
        state=str(likeness.status),
        is_chosen=is_chosen,
        error=likeness.error,
        percent=likeness.progress,
        stage=_stage(likeness) if is_training else likeness.stage,
        elapsed=clock((now() - started).total_seconds()) if is_training and likeness.started_at else "",
        eta=soon(eta_s) if eta_s is not None else "",
        log_line=likeness.log_line if is_training else "",
        meanwhile=MEANWHILE if is_training and likeness.is_rented and is_first else "",
        copies=remote_cards.copy_lines(likeness),
        has_proofs=bool(proofs),
        proofs=list(proofs),
    )


def _stage(likeness: Likeness) -> str:
    """In the provider's own words; in its line, how many are before it."""
    if likeness.queue_ahead:
        return f"in line, {likeness.queue_ahead} ahead"
    return likeness.stage or "waiting for its turn"


def training_words(card: LikenessCard) -> str:
    """For the live region: changes at each tenth and when it ends, and no more often."""
    if card.state == "training":
        return f"{card.title} trains, {card.percent // 10 * 10} percent"
    words = {"ready": "is ready", "failed": "failed", "canceled": "was stopped"}
    return f"{card.title} {words[card.state]}" if card.id else ""


def training_line(card: LikenessCard) -> str:
    """`28 %, photo 4 of 9: light.`"""
    return f"{card.percent} %, {card.stage}."


def press_here(dust: int) -> str:
    """The other way to train where a GPU service is the first."""
    return "Train on this machine only: for sketches, " + (f"{dust:,} dust" if dust else "free")


def training_ticket(
    name: str, accepted: int, least: int, dust: int, balance: int, *, is_again: bool, is_rented: bool = False
) -> TicketCard:
    """`is_rented`: a GPU service trains it, besides the darkroom."""
    photos = f"Likeness from {many(accepted, 'photo')}" if accepted else "Likeness"
    missing = least - accepted
    where = RENTED if is_rented else HERE
    after = f"{where} Leaves you {balance - dust:,} dust. You can stop it at any time."
    if missing > 0:
        after = f"{many(missing, 'more good photo')} first."
    elif balance < dust:
        after = f"{dust - balance:,} dust are missing: you have {balance:,}."
    return TicketCard(
        title=f"Train {name} again" if is_again else f"Train {name}",
        lines=[TicketLine(photos, f"{dust:,} dust"), TicketLine(f"Proof sheet of {PROOFS} frames", "0 dust")],
        total=f"{dust:,} dust",
        after=after,
    )
