"""The pack builder's React parts, which stand on the studio's own bench. What is typed goes over REST: the page needs an
answer to each change, in order."""

from typing import Any

import reflex as rx

from pexit_app.features.packs import bench  # noqa: F401  (its modules lie in the bundle once it is imported)
from pexit_app.ui.beside import beside

# Modules that only other parts import: they have to lie beside them in the build.
for _module in (
    *("workbench_ops.js", "workbench_store.js", "workbench_pack.js", "workbench_fields.jsx", "workbench_reel.jsx"),
    *("workbench_scene.jsx", "workbench_live.jsx", "workbench_knobs.jsx", "workbench_knob.jsx"),
    *("workbench_listing.jsx", "workbench_publish.jsx", "workbench_life.js", "workbench_sights.jsx"),
    *("workbench_history.jsx", "workbench_release.jsx", "workbench_versions.jsx", "workbench_pictures.jsx"),
    *("workbench_trials.jsx", "workbench_pricing.jsx", "workbench_grid.js", "workbench_made.js"),
    *("workbench_test.jsx", "workbench_sheet.jsx", "workbench_cell.jsx", "workbench_proof.jsx", "workbench_strip.jsx"),
    *("workbench_limits.js", "workbench_knob_ops.js", "workbench_cast_ops.js", "workbench_names.jsx"),
    *("workbench_cast.jsx", "workbench_reference.jsx", "workbench_faces.jsx", "workbench_add_knob.jsx"),
    *("workbench_effect.jsx", "workbench_bands.jsx", "workbench_options.jsx", "workbench_text.jsx"),
    *("workbench_shown.jsx", "workbench_picture_ops.js"),
):
    beside(__name__, _module)


class Workbench(rx.Component):
    """Edits the draft {id, document, revision, remix: {title, creator, version, href, pays} or null}. `settings` as
    looks.told() has them, `stand_ins` lists of name, label and what each differs in, `faces` the user's own {id,
    label, note, thumb}, `starts` the scenes to start from: {id, title, pack, picture}, `ring` the path of a ring of
    grease pencil."""

    library = beside(__name__, "workbench.jsx")
    tag = "Workbench"
    draft: rx.Var[dict[str, Any]]
    settings: rx.Var[list[dict[str, Any]]]
    stand_ins: rx.Var[list[list[str]]]
    faces: rx.Var[list[dict[str, str]]]
    starts: rx.Var[list[dict[str, str]]]
    ring: rx.Var[str]


class OpenFile(rx.NoSSRComponent):
    """Takes the zip of a pack's folder, dropped or chosen, and goes on to the draft that it becomes; says in sentences what
    is wrong with one that cannot be taken."""

    library = beside(__name__, "open_file.jsx")
    tag = "OpenFile"
    max_bytes: rx.Var[int]


workbench = Workbench.create
open_file = OpenFile.create
