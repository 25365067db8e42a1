"""Settings -> adapters -> Deps. The only importer of providers/, and the place where slices are tied together."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, events, hooks, workflows
from pexit_app.core.cashier_ports import Cashier, PayoutBank
from pexit_app.core.deps import Deps
from pexit_app.core.ports import ProviderError
from pexit_app.core.settings import Settings
from pexit_app.features.builder import workflows as builder_work  # noqa: F401  (registers itself, as do the others)
from pexit_app.features.earnings import accounts as creators
from pexit_app.features.earnings import payouts
from pexit_app.features.earnings import personal as earnings_kept  # noqa: F401
from pexit_app.features.earnings import workflows as earnings_work  # noqa: F401
from pexit_app.features.identity import workflows as identity_work  # noqa: F401
from pexit_app.features.jobs import service as jobs
from pexit_app.features.jobs import workflows as jobs_work  # noqa: F401
from pexit_app.features.packs import personal as packs_kept  # noqa: F401
from pexit_app.features.packs import unlocks
from pexit_app.features.people import workflows as people_work  # noqa: F401
from pexit_app.features.people.line_links import line_links as people_links
from pexit_app.features.pricing import bundles
from pexit_app.features.pricing import personal as pricing_kept  # noqa: F401
from pexit_app.features.privacy import workflows as privacy_work  # noqa: F401
from pexit_app.features.routing import addresses
from pexit_app.features.routing import workflows as routing_work  # noqa: F401
from pexit_app.features.safety import appeals, lexicon
from pexit_app.features.safety import personal as safety_kept  # noqa: F401
from pexit_app.features.safety import workflows as safety_work  # noqa: F401
from pexit_app.features.shoots import bills, rising, shares  # noqa: F401
from pexit_app.features.shoots import workflows as shoots_work  # noqa: F401
from pexit_app.features.shoots.line_links import line_links as shoot_links
from pexit_app.features.storefront import personal as storefront_kept  # noqa: F401
from pexit_app.features.takedowns import workflows as takedowns_work  # noqa: F401
from pexit_app.features.trials import personal as trials_kept  # noqa: F401
from pexit_app.features.wallet import nightly as wallet_work  # noqa: F401
from pexit_app.features.wallet import personal as wallet_kept  # noqa: F401
from pexit_app.features.wallet import service as wallet
from pexit_app.providers import disk_files, gpus, money, senders, stores
from pexit_app.providers.darkroom import marks, parameters
from pexit_app.providers.darkroom.gatekeeper import gate_on
from pexit_app.providers.darkroom.persona import STANDINS
from pexit_app.providers.darkroom.provider import Darkroom
from pexit_app.providers.darkroom.trainer import DarkroomTrainer
from pexit_app.providers.oidc import known
from pexit_app.providers.weights import check_own

files = disk_files.router
WEB_EXECUTOR = "web-0"


def tie_slices(config: Settings) -> None:
    """What a lower slice lets higher ones do; see core/hooks.py."""

    async def open_wallet(session: AsyncSession, user_id: UUID) -> None:
        await wallet.open_wallet(session, user_id, config.welcome_dust)

    async def balance(session: AsyncSession, user_id: UUID) -> int:
        return await wallet.balance(session, user_id)

    hooks.on_user_created(open_wallet)
    hooks.on_balance(balance)
    hooks.on_notices(appeals.tell_answers)
    hooks.on_creator_made(creators.become_creator)
    hooks.on_pack_offers(bundles.told)
    for check in (jobs.reconcile_holds, unlocks.reconcile, bills.reconcile, payouts.reconcile):
        hooks.on_reconcile(check)
    hooks.on_line_links(shoot_links)
    hooks.on_line_links(people_links)


def store(config: Settings) -> stores.Store:
    return stores.open_store(config)


@contextlib.asynccontextmanager
async def cashier(config: Settings) -> AsyncIterator[Cashier | None]:
    """For a command that asks what was paid."""
    async with money.opened(config) as till:
        yield till.cashier


@contextlib.asynccontextmanager
async def bank(config: Settings) -> AsyncIterator[PayoutBank | None]:
    """For a command that pays creators."""
    async with money.opened(config) as till:
        yield till.payouts


@contextlib.asynccontextmanager
async def adapters(config: Settings) -> AsyncIterator[Deps]:
    """The outside world as this machine has it. Opens the darkroom's processes and what is rented, closes them at the
    end."""
    objects = store(config)

    async def find_file(key: str) -> Path:
        try:
            return await objects.local_file(key)
        except FileNotFoundError:
            raise ProviderError("This likeness or photo is gone. Choose another.") from None

    darkroom = Darkroom(find_persona=find_file)
    await darkroom.start()
    try:
        async with (
            senders.opened(config) as sender,
            known.opened(config) as elsewhere,
            money.opened(config) as till,
            gpus.opened(config, objects, addresses.hook_url) as rented,
            stores.kept_tidy(objects),
        ):
            made = Deps(
                store=objects,
                sender=sender,
                drafts=darkroom,
                images=darkroom,
                embed_recipe=marks.with_recipe,
                gate=gate_on(darkroom.pool),
                trainer=DarkroomTrainer(darkroom.pool, find_file),
                check_weights=check_own,  # hosts trusted for results are not opened to addresses that users give
                check_look=parameters.parse,
                stand_ins=STANDINS,
                gpu_images=rented.images,
                gpu_trainers=rented.trainers,
                hooks=rented.hooks,
                elsewhere=elsewhere.providers,
                token_reader=elsewhere.reader,
                cashier=till.cashier,
                play_cashier=till.play,
                payouts=till.payouts,
            )
            deps.use(made)
            yield made
    finally:
        deps.use(None)
        await darkroom.close()
        await objects.close()


@contextlib.asynccontextmanager
async def house(config: Settings, url: str, executor_id: str | None) -> AsyncIterator[Deps]:
    """Everything a process needs to serve or to work, opened in order and closed in reverse. `executor_id` None: this
    process only hands work over."""
    tie_slices(config)
    lexicon.lexicon()  # read before the first request
    work = workflows.client(url) if executor_id is None else workflows.runner(url, executor_id)
    async with db.engine(url), adapters(config) as made, events.hub(url), work:
        yield made
