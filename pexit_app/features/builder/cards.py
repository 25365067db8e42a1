"""What a draft's page offers, and whom it is shown with."""

from pexit_app.core import deps
from pexit_app.features.builder.starting_points import StartingPoint
from pexit_app.features.packs.service import Lineage
from pexit_app.features.people.faces import Face

URL_S = 3600
FACE_NOTES = {"likeness": "likeness", "photo": "one photo"}


def start_card(point: StartingPoint) -> dict[str, str]:
    return {"id": point.id, "title": point.title, "pack": point.pack_title, "picture": point.picture_url or ""}


def remix_card(source: Lineage) -> dict[str, str]:
    """What a draft was started from; without an `href` it is not shown any more. `pays` percent of what the remix earns go
    there; empty: none."""
    href = f"/p/{source.slug}" if source.is_shown else ""
    pays = str(source.pays_percent) if source.pays_percent else ""
    told = {"title": source.title, "creator": source.creator, "version": str(source.number)}
    return {**told, "href": href, "pays": pays}


def face_card(face: Face) -> dict[str, str]:
    thumb = deps.get().store.signed_url(face.thumb, "image/jpeg", URL_S)
    return {"id": str(face.id), "label": face.label, "note": FACE_NOTES[face.kind], "thumb": thumb}
