"""Refusing words, appealing against it, and answering an appeal.

An appeal is made by sending the refused request again, to the door for appeals: so nothing is kept of what was refused and
not appealed against, and nothing is believed that the words themselves do not show.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.pages import Slice, newest_first
from pexit_app.features.safety.check import Said, check
from pexit_app.features.safety.errors import AlreadyAnswered, NotRefused, TooManyAppeals, WordsRefused
from pexit_app.features.safety.folding import words_of
from pexit_app.features.safety.models import KEPT, MAX_NOTE_CHARS, Appeal, AppealStatus

MAX_OPEN = 10  # of one user
SHOWN_AT_ONCE = 100  # to the operator


async def demand_renderable(session: AsyncSession, actor: Actor, texts: Sequence[Said], *, has_likeness: bool) -> None:
    """All words of a request together. `has_likeness`: a real face is in it. Raises WordsRefused."""
    if check(texts, has_likeness=has_likeness) is None:
        return
    granted = await _granted(session, actor.user_id, has_likeness)  # asked for only now: hardly anybody is refused
    if refusal := check(texts, has_likeness=has_likeness, allowed=granted):
        raise WordsRefused(refusal, texts, has_likeness=has_likeness)


async def _granted(session: AsyncSession, user_id: UUID, has_likeness: bool) -> list[list[str]]:
    """What was granted without a face counts for nothing with one."""
    query = select(Appeal.granted).where(Appeal.user_id == user_id, Appeal.status == AppealStatus.GRANTED)
    if has_likeness:
        query = query.where(col(Appeal.has_likeness))
    return [words for each in (await session.exec(query)).all() for words in each]


async def appeal_against(
    session: AsyncSession, actor: Actor, note: str, judged: Callable[[], Awaitable[object]]
) -> Appeal:
    """`judged` asks for what was refused, without ordering it. The same words are one appeal while it is open. Raises
    BadInput, NotRefused, TooManyAppeals, and what `judged` raises."""
    note = note.strip()
    if len(note) > MAX_NOTE_CHARS or "\0" in note:
        raise BadInput.of("note", f"At most {MAX_NOTE_CHARS} characters.", len(note), MAX_NOTE_CHARS)
    try:
        await judged()
    except WordsRefused as refused:
        return await _open(session, actor, note, refused)
    raise NotRefused("These words are rendered: there is nothing to appeal against.")


async def _open(session: AsyncSession, actor: Actor, note: str, refused: WordsRefused) -> Appeal:
    await events.take_turn(session, actor.user_id)  # two at once do not become the eleventh
    query = select(Appeal).where(Appeal.user_id == actor.user_id, Appeal.status == AppealStatus.OPEN)
    still_open = (await session.exec(query)).all()
    texts = [asdict(each) for each in refused.texts if each.text.strip()]
    if same := next((each for each in still_open if each.texts == texts), None):
        return same
    if len(still_open) >= MAX_OPEN:
        message = f"{MAX_OPEN} appeals of yours wait for an answer, and that is the most."
        raise TooManyAppeals(message, {"limit": MAX_OPEN})
    refusal = asdict(refused.refusal)
    shown = {name: refusal[name][:80] for name in ("category", "label", "term", "typed", "beside")}
    appeal = Appeal(
        user_id=actor.user_id,
        field=refused.refusal.field[:60],
        has_likeness=refused.has_likeness,
        texts=texts,
        note=note,
        **shown,
    )
    session.add(appeal)
    await session.flush()
    return appeal


async def find_appeal(session: AsyncSession, actor: Actor, appeal_id: UUID) -> Appeal:
    """Raises NotFound, also for another user's."""
    appeal = await session.get(Appeal, appeal_id, populate_existing=True)
    if appeal is None or appeal.user_id != actor.user_id:
        raise NotFound("There is no such appeal.")
    return appeal


async def list_appeals(
    session: AsyncSession, actor: Actor, cursor: str | None = None, limit: int = 20
) -> Slice[Appeal]:
    """Newest first."""
    query = select(Appeal).where(Appeal.user_id == actor.user_id)
    return await newest_first(session, query, Appeal, cursor, limit)


async def withdraw_appeal(session: AsyncSession, actor: Actor, appeal_id: UUID) -> None:
    """Deletes it with its words; what it was granted ends with it. Raises NotFound."""
    await session.delete(await find_appeal(session, actor, appeal_id))
    await session.flush()


# ------------------------------------------------------------------------------------------------------------- operator
async def queue(session: AsyncSession) -> Sequence[Appeal]:
    """Those that wait for an answer, the oldest first; 100 at most."""
    query = select(Appeal).where(Appeal.status == AppealStatus.OPEN).order_by(col(Appeal.created_at), col(Appeal.id))
    return (await session.exec(query.limit(SHOWN_AT_ONCE))).all()


async def count_open(session: AsyncSession) -> int:
    query = select(func.count()).select_from(Appeal).where(Appeal.status == AppealStatus.OPEN)
    return (await session.exec(query)).one()


async def answer_appeal(session: AsyncSession, appeal_id: UUID, *, is_granted: bool, answer: str) -> Appeal:
    """Tells the person. Granted: the texts that were refused count for nothing in requests of theirs. Raises NotFound,
    AlreadyAnswered, BadInput."""
    answer = answer.strip()
    if not 1 <= len(answer) <= MAX_NOTE_CHARS:
        message = f"Say why, in 1 to {MAX_NOTE_CHARS} characters; the person reads it."
        raise BadInput.of("answer", message, len(answer), MAX_NOTE_CHARS)
    query = select(Appeal).where(Appeal.id == appeal_id).with_for_update()
    appeal = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if appeal is None:
        raise NotFound("There is no such appeal.")
    if appeal.status != AppealStatus.OPEN:
        raise AlreadyAnswered(f"This appeal is {appeal.status} already.")
    appeal.status = AppealStatus.GRANTED if is_granted else AppealStatus.UPHELD
    appeal.answer, appeal.answered_at = answer, now()
    appeal.granted = to_grant(appeal) if is_granted else []
    session.add(appeal)
    await session.flush()
    data = {"appeal_id": str(appeal.id), "status": appeal.status, "term": appeal.term}
    await events.emit(session, appeal.user_id, "appeal.answered", data)
    return appeal


def to_grant(appeal: Appeal) -> list[list[str]]:
    """The texts that have to count for nothing for all of them to be rendered, each as its words."""
    texts = [Said(**each) for each in appeal.texts]
    granted: list[list[str]] = []
    while refusal := check(texts, has_likeness=appeal.has_likeness, allowed=granted):
        words = words_of(next(each.text for each in texts if each.field == refusal.field))
        if words in granted:
            break  # a negative: what it leaves out is not a matter of words that stand together
        granted.append(words)
    return granted


async def tell_answers(session: AsyncSession, user_id: UUID) -> Sequence[str]:
    """What was answered and not yet said, in sentences; from now on it was."""
    answered = col(Appeal.user_id) == user_id, col(Appeal.answered_at).is_not(None), col(Appeal.told_at).is_(None)
    told = update(Appeal).where(*answered).values(told_at=now()).returning(Appeal)
    return [in_words(each) for each in (await session.exec(told)).scalars().all()]


def in_words(appeal: Appeal) -> str:
    said = "granted: you can render it now" if appeal.status == AppealStatus.GRANTED else "not granted"
    return f"Your appeal about “{appeal.typed}” was {said}. {appeal.answer}"


async def forget_old(session: AsyncSession) -> None:
    """After 30 days: the words of what was granted, and everything of the rest."""
    old = col(Appeal.created_at) < now() - KEPT
    await session.exec(delete(Appeal).where(old, col(Appeal.status) != AppealStatus.GRANTED))
    emptied: dict[str, Any] = {"texts": [], "note": ""}
    await session.exec(update(Appeal).where(old, col(Appeal.texts) != []).values(**emptied))
