"""The test bank: pays nobody. An account is whole as soon as its creator asked for the link; a transfer arrives at once.
What it was told is kept in the data folder."""

from pathlib import Path
from uuid import UUID

from pexit_app.core.cashier_ports import BankAccount, Transferred, TransferState
from pexit_app.core.ports import ProviderError
from pexit_app.providers.cashier.book import Book, Page

NEEDS = "Say who you are, and which bank account is yours"


class TestBank:
    __test__ = False  # no test, whatever its name says to pytest
    name = "test"
    is_test = True

    def __init__(self, folder: Path) -> None:
        self.accounts = Book(folder / "accounts")
        self.transfers = Book(folder / "transfers")

    async def open_account(self, creator_id: UUID, email: str) -> str:
        await self.accounts.open(f"acct_test_{creator_id.hex}", {"email": email, "can_be_paid": False})
        return f"acct_test_{creator_id.hex}"

    async def onboarding_link(self, account_id: str, *, return_url: str, refresh_url: str) -> str:
        """Straight back: there is nobody to tell."""

        def onboarded(page: Page) -> None:
            page["can_be_paid"] = True

        await self.accounts.change(account_id, onboarded)
        return return_url

    async def account_status(self, account_id: str) -> BankAccount:
        can_be_paid = bool(self.accounts.read(account_id)["can_be_paid"])
        return BankAccount(account_id, can_be_paid, () if can_be_paid else (NEEDS,))

    async def transfer(self, account_id: str, cents: int, *, key: str, note: str) -> Transferred:
        if not (await self.account_status(account_id)).can_be_paid:
            raise ProviderError("This account cannot be paid yet.")
        if cents <= 0:
            raise ProviderError("A transfer has an amount.")
        page = {"account": account_id, "cents": cents, "note": note, "state": TransferState.PAID, "reason": ""}
        kept = await self.transfers.open(_name(key), page)
        if (kept["account"], kept["cents"]) != (account_id, cents):
            raise ProviderError("This key names another transfer.")
        return _transferred(key, kept)

    async def find_transfer(self, key: str) -> Transferred | None:
        page = self.transfers.find(_name(key))
        return None if page is None else _transferred(key, page)

    async def bounce(self, key: str, reason: str) -> None:
        """The creator's bank sends it back."""

        def bounced(page: Page) -> None:
            page["state"], page["reason"] = TransferState.FAILED, reason

        await self.transfers.change(_name(key), bounced)


def _name(key: str) -> str:
    return "tr_" + "".join(each if each.isalnum() else "-" for each in key)


def _transferred(key: str, page: Page) -> Transferred:
    return Transferred(_name(key), TransferState(page["state"]), page["reason"])
