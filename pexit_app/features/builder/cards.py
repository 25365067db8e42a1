"""What a draft's page offers, as it shows it. Pure."""

from pexit_app.features.builder.starting_points import StartingPoint


def start_card(point: StartingPoint) -> dict[str, str]:
    return {"id": point.id, "title": point.title, "pack": point.pack_title, "picture": point.picture_url or ""}
