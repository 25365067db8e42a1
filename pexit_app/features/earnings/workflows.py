"""What happens by itself: earnings mature, payouts go out on Mondays, and what is under way is followed to its end. All of
it finds out from the database what is left to do, so it may be cut off anywhere."""

from pexit_app.core import deps, workflows
from pexit_app.features.earnings import maturing, payouts


@workflows.sweep
async def keep_paying() -> None:
    await maturing.mature_due()
    if (bank := deps.get().payouts) is not None:
        await payouts.follow_up(bank)
        await payouts.pay_all(bank)
