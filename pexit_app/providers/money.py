"""Who takes money and pays creators here: Stripe where its key is set, else the stand-ins, in production nobody."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from pexit_app.core.cashier_ports import Cashier, PayoutBank, PlayCashier
from pexit_app.core.settings import Settings
from pexit_app.providers.cashier.bank import TestBank
from pexit_app.providers.cashier.till import Till

CHECKOUT_PATH = "/wallet/checkout"  # of the test cashier's own pages


@dataclass(frozen=True, slots=True)
class Money:
    cashier: Cashier | None = None
    play: PlayCashier | None = None
    payouts: PayoutBank | None = None


@contextlib.asynccontextmanager
async def opened(config: Settings) -> AsyncIterator[Money]:
    if key := config.stripe_key.get_secret_value():
        from pexit_app.providers.stripe import open_stripe  # a heavy client: loaded where its key is set

        talk, cashier, bank = open_stripe(key, config.stripe_webhook_secret.get_secret_value())
        try:
            yield Money(cashier=cashier, payouts=bank)
        finally:
            await talk.close()
    elif config.is_production:
        yield Money()
    else:

        def checkout_path(purchase_id: UUID) -> str:
            return f"{CHECKOUT_PATH}/{purchase_id}"

        till = Till(config.folder / "test-cashier", checkout_path)
        yield Money(till, till, TestBank(config.folder / "test-cashier"))
