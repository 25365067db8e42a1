"""Every plain page of this slice, and where it posts to."""

from pexit_app.features.identity import account_forms, confirm_forms, forms, own_ways_forms, ways_forms

ROUTERS = tuple(each.router for each in (forms, ways_forms, account_forms, confirm_forms, own_ways_forms))
