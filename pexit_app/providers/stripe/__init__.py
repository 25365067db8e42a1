"""Money by Stripe: Checkout for buyers, Connect for creators, with the official client. Loaded where its key is set."""

from pexit_app.providers.stripe.cashier import StripeCashier
from pexit_app.providers.stripe.connect import StripeBank
from pexit_app.providers.stripe.talk import Talk

__all__ = ["StripeBank", "StripeCashier", "open_stripe"]


def open_stripe(
    key: str, webhook_secret: str, address: str = "", retries: int = 2
) -> tuple[Talk, StripeCashier, StripeBank]:
    """`address`: another one than Stripe's, for tests. Close the Talk."""
    talk = Talk(key, address, retries)
    return talk, StripeCashier(talk, webhook_secret), StripeBank(talk)
