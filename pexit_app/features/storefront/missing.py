"""What a plain page of the shop says where there is nothing: a true 404, as on every other page."""

from fastapi import Request, Response

from pexit_app.core import db
from pexit_app.features.identity.access import who
from pexit_app.features.identity.state import visitor_of
from pexit_app.ui.layout import page
from pexit_app.ui.parts.notices import plain_page
from pexit_app.web import plain


async def missing(request: Request) -> Response:
    async with db.transaction() as session:
        visitor = await visitor_of(session, await who(request))
    text = "The address may be mistyped, or what was here is gone."
    body = page("Not found", plain_page("There is no such page.", text, "To the packs", "/packs"), visitor=visitor)
    return plain.answer("Not found: Pexit", body, 404)
