"""Every slice's routers under one roof, with one way to say what went wrong."""

from fastapi import FastAPI

from pexit_app.features.builder import api as builder
from pexit_app.features.builder import desk_api as builder_desk
from pexit_app.features.builder import life_api as builder_life
from pexit_app.features.builder import made_api as builder_made
from pexit_app.features.builder import testing_api as builder_testing
from pexit_app.features.earnings import api as earnings
from pexit_app.features.identity import access
from pexit_app.features.identity import account_api as account
from pexit_app.features.identity import api as identity
from pexit_app.features.identity import ways_api as ways
from pexit_app.features.jobs import api as jobs
from pexit_app.features.packs import api as packs
from pexit_app.features.people import api as people
from pexit_app.features.platform import api as platform
from pexit_app.features.pricing import api as pricing
from pexit_app.features.privacy import api as privacy
from pexit_app.features.routing import api as routing
from pexit_app.features.safety import api as safety
from pexit_app.features.shoots import api as shoots
from pexit_app.features.shoots import share_api as shares
from pexit_app.features.storefront import api as storefront
from pexit_app.features.trials import api as trials
from pexit_app.features.wallet import api as wallet
from pexit_app.web.api import RequestContext, add_error_answers, close_api
from pexit_app.web.limits import BodyLimit

SLICES = (
    identity, account, ways, safety, wallet, jobs, routing, people, packs, earnings, pricing, storefront, trials, shoots,
    shares, builder, builder_desk, builder_life, builder_made, builder_testing, privacy,
)  # fmt: skip


def make_api() -> FastAPI:
    api = FastAPI(
        title="Pexit",
        version="1",
        summary="Packs, drafts and frames. Every page stands on this.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    add_error_answers(api)
    api.state.admit = access.admit
    for each in SLICES:
        api.include_router(each.router, prefix="/api/v1")
    api.include_router(shoots.lora_router, prefix="/api/lora")
    api.include_router(people.lora_router, prefix="/api/lora")
    api.include_router(platform.router)
    close_api(api, "/api")
    api.add_middleware(BodyLimit)
    api.add_middleware(RequestContext)
    return api
