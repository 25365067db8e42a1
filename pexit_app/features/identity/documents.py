"""Every plain page of this slice, where it posts to, and what stands at well-known addresses."""

from pexit_app.features.identity import (
    account_forms,
    confirm_forms,
    elsewhere_forms,
    forms,
    own_ways_forms,
    ways_forms,
    well_known,
)

_SHOWN = (forms, ways_forms, elsewhere_forms, account_forms, confirm_forms, own_ways_forms, well_known)
ROUTERS = tuple(each.router for each in _SHOWN)
