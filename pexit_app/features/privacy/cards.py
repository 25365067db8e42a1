"""One's data as its pages show it: texts ready to read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.models import Receipt
from pexit_app.features.identity import service as identity
from pexit_app.features.privacy import deletion, receipts

WHAT = {
    "account": "Account deleted",
    "person": "Person deleted, with photos and likenesses",
    "consent": "Agreement taken back: photos and likenesses deleted",
    "photos": "Photos deleted as their time was over",
}
THINGS = {  # by table: one, more
    "photo": ("photo", "photos"),
    "likeness": ("likeness", "likenesses"),
    "person": ("person", "people"),
    "frame": ("frame", "frames"),
    "recipe": ("recipe", "recipes"),
    "shoot": ("sheet", "sheets"),
    "consent": ("agreement", "agreements"),
    "object": ("file", "files"),
    "provider_copy": ("copy at a GPU service", "copies at a GPU service"),
}
OTHERS = ("other record", "other records")


@dataclass(frozen=True)
class ReceiptCard:
    """`lines` are what it lists, counted."""

    title: str
    when: str
    number: str
    key: str
    href: str
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class DataCard:
    """`due` empty: the account is not to be deleted. `link` is shown once."""

    identifier: str
    due: str = ""
    left: str = ""
    link: str = ""
    receipts: Sequence[ReceiptCard] = ()
    note: str = ""
    bad: str = ""


def day_words(when: datetime) -> str:
    return f"{when:%-d %B %Y}"


def minute_words(when: datetime) -> str:
    return f"{when:%-d %B %Y, %H:%M} UTC"


def left_words(due: datetime) -> str:
    """`in 6 days`, to the nearest; the last two days by the hour, never later than it says."""
    left_s = max(0.0, (due - now()).total_seconds())
    if left_s >= 2 * 86_400:
        return f"in {round(left_s / 86_400)} days"
    for unit, length_s in (("hour", 3_600), ("minute", 60)):
        if left_s >= length_s:
            return f"in {counted(int(left_s // length_s), (unit, unit + 's'))}"
    return "any moment"


def counted(count: int, names: tuple[str, str]) -> str:
    return f"{count:,} {names[0] if count == 1 else names[1]}"


def receipt_card(row: Receipt, href: str) -> ReceiptCard:
    told = row.document["receipt"]
    if row.kind == "export":
        title, lines = "Everything, taken along", [counted(len(told["exported"]), ("file", "files"))]
    else:
        title = WHAT.get(told["subject"]["kind"], "Deleted")
        kinds = Counter(each["kind"] for each in told["erased"])
        others = sum(count for kind, count in kinds.items() if kind not in THINGS)
        lines = [counted(kinds[kind], names) for kind, names in THINGS.items() if kinds[kind]]
        lines += [counted(others, OTHERS)] if others else []
    return ReceiptCard(title, minute_words(row.created_at), str(row.id)[:8], row.public_key["kid"][:12], href, lines)


async def data_card(session: AsyncSession, actor: Actor, *, link: str = "", note: str = "", bad: str = "") -> DataCard:
    user = await identity.me(session, actor)
    asked = await deletion.find(session, actor)
    rows = await receipts.list_receipts(session, actor)
    return DataCard(
        identifier=user.identifier,
        due=day_words(asked.due_at) if asked else "",
        left=left_words(asked.due_at) if asked else "",
        link=link,
        receipts=[receipt_card(row, f"/account/data/receipts/{row.id}") for row in rows],
        note=note,
        bad=bad,
    )
