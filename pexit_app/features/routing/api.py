"""Where providers call when an order is done. Nobody signs in here: the address is signed by us, the body by them."""

from fastapi import APIRouter, Request, Response

from pexit_app.core import db, deps, log
from pexit_app.core.errors import Malformed, Unavailable
from pexit_app.core.policy import OPEN, allow
from pexit_app.core.ports import Forged, ProviderError
from pexit_app.features.routing import addresses, hooks
from pexit_app.features.routing.errors import ForgedHook
from pexit_app.features.routing.schemas import HookOut
from pexit_app.web.api import ok
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
logger = log.get("routing")


@router.post("/hooks/{provider}", response_model=HookOut)
@allow(OPEN)
async def hear(request: Request, provider: str, ref: str = "", model: str = "", s: str = "") -> Response:
    """401 `forged`, with nothing changed, unless both signatures are right. Once or ten times, the answer is the same."""
    reader = deps.get().hooks.get(provider)
    if reader is None or not addresses.is_ours(provider, ref, model, s):
        raise ForgedHook("This address is not one of ours.")
    try:
        provider_id = await reader.read(dict(request.headers), await request.body(), model)
    except Forged as error:
        logger.warning("forged hook", provider=provider, reference=ref)
        raise ForgedHook("This was not signed by the provider, or too long ago.") from error
    except ValueError as error:
        logger.warning("unreadable hook", provider=provider, reference=ref)
        raise Malformed("The body names no order.") from error
    except ProviderError as error:  # its public keys could not be read: nobody knows, and it calls again
        raise Unavailable("This could not be checked just now.") from error
    async with db.transaction() as session:
        is_known = await hooks.note_hook(session, provider, ref, model, provider_id)
    return ok(request, HookOut(known=is_known))
