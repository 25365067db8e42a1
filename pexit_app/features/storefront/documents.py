"""Everything of this slice that is no live page and no REST, and where it is."""

from pexit_app.features.storefront import creator_page, embed, feeds, search_page, social

ROUTERS = tuple(each.router for each in (search_page, creator_page, social, embed, feeds))
