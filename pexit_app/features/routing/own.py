"""An errand to our own darkroom: asked again until it is made, since that costs nothing."""

from dataclasses import dataclass, field
from typing import Generic

from pexit_app.core import log
from pexit_app.core.ports import Busy, Provider, ProviderError, ProviderUpdate, UnknownOrder
from pexit_app.features.routing import following
from pexit_app.features.routing.errand import Delivery, Errand, OrderT, ProductT, Writing, call_off, provider_of
from pexit_app.features.routing.following import Lost

logger = log.get("errands")


@dataclass(slots=True)
class OwnTrip(Generic[OrderT, ProductT]):
    errand: Errand[OrderT, ProductT]
    provider_id: str | None = None
    writing: Writing = field(default_factory=Writing)

    async def go(self) -> Delivery[ProductT] | None:
        errand, choice = self.errand, self.errand.choices[0]
        provider = provider_of(errand, choice.provider)
        for turn in range(following.patience.tries):
            if turn:
                await following.pause(turn - 1)
            async with self.writing.transaction() as session:
                if not await errand.begin(session, choice):
                    return None
            self.provider_id = provider_id = await self._submit(provider)
            try:
                if not await following.follow(provider.follow(provider_id), self._note):
                    return None
                product = await provider.fetch(provider_id)
                return Delivery(product, choice, provider_id, errand.reference, provider.forget, False)
            except (UnknownOrder, Lost):
                logger.warning("order lost", reference=errand.reference)
        raise ProviderError(f"The {errand.who} lost this {errand.what}.")

    def cut_off(self) -> None:
        """It goes with us."""

    async def call_off(self) -> None:
        if self.provider_id is not None:
            await call_off(provider_of(self.errand, self.errand.choices[0].provider), self.provider_id)

    async def _note(self, update: ProviderUpdate) -> bool:
        async with self.writing.transaction() as session:
            return await self.errand.note(session, update)

    async def _submit(self, provider: Provider[OrderT, ProductT]) -> str:
        errand = self.errand
        for turn in range(following.patience.tries):
            try:
                return await provider.submit(errand.order, errand.reference, errand.choices[0].model)
            except Busy as error:
                problem: Exception = error
            except ProviderError:
                raise
            except Exception as error:
                logger.warning("answer lost", reference=errand.reference, error=repr(error))
                problem = error
            await following.pause(turn)
        raise ProviderError(f"The {errand.who} did not take the order.") from problem
