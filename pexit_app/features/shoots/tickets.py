"""The ticket before and the receipt after, in words."""

from pexit_app.core.errors import BadInput
from pexit_app.features.jobs.service import Job
from pexit_app.features.packs.unlocks import PackUnlock
from pexit_app.features.shoots.orders import Order
from pexit_app.features.shoots.schemas import QuoteOut
from pexit_app.features.wallet.quotes import LIFE
from pexit_app.ui.parts.ticket import TicketCard, TicketLine


def frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"


def lacks_words(error: BadInput) -> bool:
    """The order is refused for nothing but a text that is still to be written."""
    return bool(error.problems) and all(each.field.startswith("knobs.") and each.value == "" for each in error.problems)


def title_of(order: Order, count: int, frame_number: str) -> str:
    if order.scope == "vary":
        return f"{count} like frame {frame_number}"
    if order.is_grid:
        what = "Test strip" if order.scope == "strip" else "Grid"
        return f"{what} of {count}{'' if order.scope == 'strip' else ' cells'}" if count else what
    if order.scope == "scene" and order.parent_id:
        return f"{count} from frame {frame_number}"
    return "1 new frame" if count == 1 else f"{count} new frames"


def ticket_of(quote: QuoteOut, title: str) -> TicketCard:
    missing = -quote.balance_after
    after = f"{quote.balance_after:,} dust will be left. What fails comes back by itself."
    if missing > 0:
        have = quote.total_dust - missing
        advice = " Ask for fewer frames." if have > quote.unlock_dust else ""
        after = f"{missing:,} dust are missing: you have {have:,}.{advice}"
    return TicketCard(
        title=title,
        note=f"good for {LIFE.seconds // 60} min",
        lines=[TicketLine(line.label, f"{line.dust:,} dust".replace("-", "−")) for line in quote.lines],
        total=f"{quote.total_dust:,} dust",
        after=after,
    )


def receipt_of(job: Job, unlock: PackUnlock | None = None) -> TicketCard:
    """While the job runs it says what is held, afterwards what was paid; `unlock`: of the pack, agreed to with it."""
    lines = []
    if job.delivered:
        lines.append(TicketLine(f"{frames(job.delivered)} rendered", f"{job.charge_dust:,} dust"))
    if job.failed:
        lines.append(TicketLine(f"{frames(job.failed)} failed, given back", "0 dust"))
    if job.canceled:
        lines.append(TicketLine(f"{frames(job.canceled)} stopped, given back", "0 dust"))
    if job.parts_left:
        lines.append(TicketLine(f"{frames(job.parts_left)} to come, held", f"{job.held_dust:,} dust"))
    if unlock is not None:
        label = "Unlocked for good" if unlock.paid_at else "Unlock, once, held"
        lines.append(TicketLine(label, f"{unlock.dust:,} dust"))
    paid = job.charge_dust + (unlock.dust if unlock is not None and unlock.paid_at else 0)
    return TicketCard(
        title="Receipt",
        note=f"no. {str(job.id)[:8]}",
        lines=lines,
        total_label="Paid so far" if not job.is_over else "You paid",
        total=f"{paid:,} dust",
        after=job.error if job.status == "failed" else "",
    )
