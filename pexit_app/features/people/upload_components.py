"""How photos come in, as Reflex components: chosen, dropped, pasted, taken with the camera. Each part is a .jsx file
beside this module; all read the one queue in photo_queue.js, which sends a photo a request to the REST door. Nothing
passes through a State: what was stored comes back with the page's own news."""

from typing import Any

import reflex as rx

from pexit_app.features.people.photos import MAX_FILE_BYTES
from pexit_app.ui.beside import beside
from pexit_app.ui.both import Node, Text
from pexit_app.ui.parts.pencil import MARKS

# Modules that only other parts import: they have to lie beside them in the build.
for _module in ("photo_queue.js", "photo_files.js"):
    beside(__name__, _module)


class PhotoTable(rx.Component):
    """The contact sheet of a person. Children: its photos as list items, the place to add more, and list items that stand
    there until the first photo does. `url` takes the photos, `known` are the ids of those on the sheet, `cross` is the
    pencil's path."""

    library = beside(__name__, "photo_table.jsx")
    tag = "PhotoTable"
    url: rx.Var[str]
    max_bytes: rx.Var[int]
    known: rx.Var[list[str]]
    cross: rx.Var[str]


class PhotoPick(rx.Component):
    """Buttons that open the files, and the camera where there is one to hold (empty `camera`: none)."""

    library = beside(__name__, "photo_pick.jsx")
    tag = "PhotoPick"
    url: rx.Var[str]
    max_bytes: rx.Var[int]
    label: rx.Var[str]
    camera: rx.Var[str]


class SharedPhotos(rx.Component):
    """Photos from the phone's share sheet, and the people they may be of ({id, name})."""

    library = beside(__name__, "shared_photos.jsx")
    tag = "SharedPhotos"
    people: rx.Var[list[dict[str, str]]]
    max_bytes: rx.Var[int]


def shared_photos(people: Any) -> rx.Component:
    return SharedPhotos.create(people=people, max_bytes=MAX_FILE_BYTES)


def photo_table(photos: Node, add: Node, ideas: Node, *, url: Text, known: Any) -> rx.Component:
    cross = MARKS["cross"][0]
    return PhotoTable.create(photos, add, ideas, url=url, max_bytes=MAX_FILE_BYTES, known=known, cross=cross)


def photo_pick(label: Text, *, url: Text, camera: Text = "") -> rx.Component:
    return PhotoPick.create(url=url, max_bytes=MAX_FILE_BYTES, label=label, camera=camera)
