"""What a draft's page offers, as it shows it. Pure."""

from pexit_app.features.builder.starting_points import StartingPoint
from pexit_app.features.packs.service import Lineage


def start_card(point: StartingPoint) -> dict[str, str]:
    return {"id": point.id, "title": point.title, "pack": point.pack_title, "picture": point.picture_url or ""}


def remix_card(source: Lineage) -> dict[str, str]:
    """What a draft was started from; without an `href` it is not shown any more."""
    href = f"/p/{source.slug}" if source.is_shown else ""
    return {"title": source.title, "creator": source.creator, "version": str(source.number), "href": href}
