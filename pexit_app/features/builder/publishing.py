"""From a draft to a version that is live: checked, pictured, compared with the one before, and shown at once or later.

Publishing opens its own transactions: pictures are rendered and stored between them, where no row is locked.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, events, log, workflows
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, FieldProblem, NotFound, PexitError
from pexit_app.core.ports import ProviderError
from pexit_app.features.builder import changes, proofs, reference_files, shelf
from pexit_app.features.builder.checks import problems
from pexit_app.features.builder.diffs import Difference, differences, in_words
from pexit_app.features.builder.models import MAX_NOTE_CHARS, MAX_TROUBLE_CHARS, PackDraft
from pexit_app.features.builder.problems import Problem
from pexit_app.features.builder.service import find_draft
from pexit_app.features.identity import account
from pexit_app.features.packs import seed, versions
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.packs.service import OpenPack, Pack, PackVersion, Terms
from pexit_app.features.packs.versions import MAX_CHANGELOG_CHARS

HOUSE_NAME = "pexit"
NOBODYS_SESSION = UUID(int=0)
DUE_AT_ONCE = 20
FURTHEST = timedelta(days=365)
logger = log.get("builder")


@dataclass(frozen=True, slots=True)
class Published:
    """`is_new` False: exactly this was published before, and is that version again. `found` is what changed for users
    against what was live until now; empty for a first version."""

    slug: str
    number: int
    version_id: UUID
    is_new: bool
    found: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """Where a draft stands with the public: `pack` is what was published from it, None before the first time."""

    draft: PackDraft
    pack: Pack | None


def house_problems(
    document: dict[str, Any], pictures: Collection[str] | None = None, render_dust: int = 1
) -> list[Problem]:
    """All checks, with the looks and stand-ins that this house's renderer knows and what it takes for a frame. `pictures`
    are the names of those that the draft keeps."""
    house = deps.get()
    look, names = house.check_look, house.stand_ins
    return problems(document, check_look=look, stand_ins=names, pictures=pictures, render_dust=render_dust)


async def publish(actor: Actor, draft_id: UUID, changelog: str | None = None) -> Published:
    """Makes what the draft holds now the live version of its pack. Without a `changelog` the differences in words are it.

    Raises NotFound (also for another's draft), BadInput with every error of the checks, SlugTaken, ProviderError when a
    picture cannot be made."""
    async with db.transaction() as session:
        draft = await find_draft(session, actor, draft_id)
        definition = _checked(draft, changelog)
        await _check_price(session, actor, definition)
        await _check_address(session, actor, draft, definition)
        before = await _live(session, actor, draft)
    kept_references = await reference_files.contents(draft, definition)
    contents = await shelf.shop_pictures(actor, draft, definition) | kept_references
    kept = await seed.keep_pictures(definition, contents, deps.get().store)
    found = tuple(differences(before, definition)) if before else ()
    said = in_words(found)[:MAX_CHANGELOG_CHARS] if changelog is None else changelog
    terms = Terms(actor.user_id, draft.is_unlisted, draft.may_fork, said, draft.forked_from_version_id)
    async with db.transaction() as session:
        draft = await changes.locked(session, actor, draft_id)
        await _check_address(session, actor, draft, definition)
        known = await versions.list_versions(session, actor, draft.pack_id) if draft.pack_id else ()
        version = await packs.publish(session, definition, kept.fingerprint, kept.pictures, terms)
        draft.pack_id, draft.publish_at = version.pack_id, None
        draft.publish_note, draft.publish_trouble = "", ""
        session.add(draft)
        await session.flush()
        await proofs.note_on_version(session, draft, version, definition)
        await _tell(session, actor, draft, version.number)
    return Published(definition.slug, version.number, version.id, version.id not in {each.id for each in known}, found)


def _checked(draft: PackDraft, changelog: str | None = None) -> PackDefinition:
    document = draft.document
    errors = [each for each in house_problems(document, draft.pictures) if each.is_error]
    found = [FieldProblem(each.field, f"{each.place}: {each.message}", each.value, each.limit) for each in errors]
    if len(changelog or "") > MAX_CHANGELOG_CHARS:
        message = f"The changelog may have {MAX_CHANGELOG_CHARS} characters."
        found.append(FieldProblem("changelog", message, len(changelog or ""), MAX_CHANGELOG_CHARS))
    if str(document.get("creator", "")).strip().casefold() == HOUSE_NAME:
        found.append(FieldProblem("creator", "Creator: This is the house's own name; give yours.", document["creator"]))
    if found:
        count = "1 thing" if len(found) == 1 else f"{len(found)} things"
        raise BadInput(f"The pack has {count} to mend before it can be published.", found)
    return PackDefinition.model_validate(document)


async def _check_price(session: AsyncSession, actor: Actor, definition: PackDefinition) -> None:
    """Who asks a price is a creator: their earnings are open, and they have read how they are paid."""
    asked = {name: getattr(definition, name) for name in ("price_dust", "unlock_dust")}
    if any(asked.values()) and not await account.is_creator(session, actor.user_id):
        message = "Only a creator's pack may ask a price. Become one under Earnings, or publish it for nothing."
        raise BadInput(message, [FieldProblem(name, message, dust, 0) for name, dust in asked.items() if dust])


async def _live(session: AsyncSession, actor: Actor, draft: PackDraft) -> PackDefinition | None:
    """What people get now."""
    return (await packs.find_owned(session, actor, draft.pack_id)).definition if draft.pack_id else None


async def _check_address(session: AsyncSession, actor: Actor, draft: PackDraft, definition: PackDefinition) -> None:
    """A published pack keeps its address, and takes no other's."""
    if draft.pack_id is not None:
        slug = (await versions.lock_owned(session, actor, draft.pack_id)).slug
        if slug != definition.slug:
            message = f"People know this pack by its address: it stays {slug}."
            raise BadInput.of("slug", message, definition.slug, slug)
        return
    try:
        await packs.find_owned(session, actor, definition.slug)
    except NotFound:
        return
    message = "Another pack of yours has this address. Open that one, or choose another address."
    raise BadInput.of("slug", message, definition.slug)


async def _tell(session: AsyncSession, actor: Actor, draft: PackDraft, number: int) -> None:
    data = {"draft_id": str(draft.id), "slug": draft.document["slug"], "version": number}
    await events.emit(session, actor.user_id, "pack.published", data)


async def release_of(session: AsyncSession, actor: Actor, draft_id: UUID) -> Release:
    """Raises NotFound."""
    draft = await find_draft(session, actor, draft_id)
    return Release(draft, (await packs.find_owned(session, actor, draft.pack_id)).pack if draft.pack_id else None)


async def list_versions(session: AsyncSession, actor: Actor, draft_id: UUID) -> Sequence[PackVersion]:
    """Of the draft's pack, newest first. Raises NotFound."""
    draft = await find_draft(session, actor, draft_id)
    return await versions.list_versions(session, actor, draft.pack_id) if draft.pack_id else ()


async def roll_back(session: AsyncSession, actor: Actor, draft_id: UUID, number: int) -> OpenPack:
    """Makes another version live at once; the draft stays as it is. Raises NotFound."""
    draft = await changes.locked(session, actor, draft_id)
    if draft.pack_id is None:
        raise NotFound("This draft was not published yet.")
    opened = await versions.make_live(session, actor, draft.pack_id, number)
    await _tell(session, actor, draft, number)
    return opened


async def set_listing(
    session: AsyncSession,
    actor: Actor,
    draft_id: UUID,
    *,
    is_unlisted: bool | None = None,
    may_fork: bool | None = None,
) -> Release:
    """Off the storefront or on it, open to remixes or not, from now on; before the first version, from then on. What is
    None stays. Raises NotFound."""
    draft = await changes.locked(session, actor, draft_id)
    draft.is_unlisted = draft.is_unlisted if is_unlisted is None else is_unlisted
    draft.may_fork = draft.may_fork if may_fork is None else may_fork
    if draft.pack_id is not None:
        await versions.show(session, actor, draft.pack_id, is_unlisted=is_unlisted, may_fork=may_fork)
    session.add(draft)
    await session.flush()
    return await release_of(session, actor, draft_id)


async def schedule(session: AsyncSession, actor: Actor, draft_id: UUID, at: datetime | None, note: str = "") -> Release:
    """Publishes what the draft will hold then, with `note` as its changelog (empty: what changed, in words); None takes
    that back. Raises NotFound, BadInput for a time that is past or too far, and for a draft that could not be published
    now."""
    draft = await changes.locked(session, actor, draft_id)
    if at is not None:
        if at.tzinfo is None or not now() < at <= now() + FURTHEST:
            message = f"Choose a time within the next {FURTHEST.days} days."
            raise BadInput.of("publish_at", message, at.isoformat())
        if len(note) > MAX_NOTE_CHARS:
            message = f"What is new may have {MAX_NOTE_CHARS} characters."
            raise BadInput.of("note", message, len(note), MAX_NOTE_CHARS)
        definition = _checked(draft)
        await _check_price(session, actor, definition)
        await _check_address(session, actor, draft, definition)
    draft.publish_at, draft.publish_note = at, note if at else ""
    draft.publish_trouble = ""
    session.add(draft)
    await session.flush()
    return await release_of(session, actor, draft_id)


@workflows.sweep
async def publish_due() -> None:
    """What was scheduled. What cannot be published is not tried for ever: its owner is told, and it waits for them."""
    async with db.transaction() as session:
        due = select(PackDraft.id, PackDraft.user_id, PackDraft.publish_note)
        due = due.where(col(PackDraft.publish_at) <= now()).order_by(col(PackDraft.publish_at))
        found = (await session.exec(due.limit(DUE_AT_ONCE))).all()
    for draft_id, user_id, note in found:
        actor = Actor(user_id, NOBODYS_SESSION, "creator")
        try:
            await publish(actor, draft_id, note or None)
        except PexitError as error:
            await _give_up(actor, draft_id, error)
        except ProviderError:
            logger.exception("not published yet; the next sweep tries again", draft_id=str(draft_id))


async def _give_up(actor: Actor, draft_id: UUID, error: PexitError) -> None:
    async with db.transaction() as session:
        try:
            draft = await changes.locked(session, actor, draft_id)
        except NotFound:
            return
        draft.publish_at, draft.publish_trouble = None, error.message[:MAX_TROUBLE_CHARS]
        session.add(draft)
        await session.flush()
        data = {"draft_id": str(draft_id), "message": error.message, "details": error.details}
        await events.emit(session, actor.user_id, "pack.not_published", data)
