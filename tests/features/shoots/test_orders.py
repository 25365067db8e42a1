"""What the bench says is turned -> what is asked for. Pure."""

import json

from pexit_app.features.packs.definition import MAX_SCENES
from pexit_app.features.shoots import orders, requests
from pexit_app.features.shoots.orders import Order


def test_a_scene_with_fresh_takes_is_ordered_without_a_seed() -> None:
    scenes = [{"id": "shore", "seed": 7, "seed_policy": "fixed"}, {"id": "night", "seed": 8, "seed_policy": "fresh"}]
    assert orders.seeds_of(scenes) == {"shore": 7}
    told = {"version": 1, "scene": "shore", "turned": 0, "scenes": [{"id": each["id"], "knobs": {}} for each in scenes]}
    for chosen, expected in ((None, [7, None]), (5, [5, 5])):
        settings = orders.parse_settings(json.dumps(told | {"seed": chosen}))
        asked = orders.request_of(Order(settings=settings), "pack", None, orders.seeds_of(scenes))
        assert [each.seed for each in asked.asks] == expected


def test_the_largest_pack_is_one_sheet() -> None:
    ids = [f"scene-{number}" for number in range(MAX_SCENES)]
    turned = {f"knob_{number}": 0.123456 for number in range(60)}
    told = {"version": 1, "scene": ids[0], "seed": None, "turned": 60}
    settings = orders.parse_settings(json.dumps(told | {"scenes": [{"id": each, "knobs": turned} for each in ids]}))
    whole = orders.request_of(Order(settings=settings), "pack", None, {})
    requests.check(whole)
    assert whole.total == MAX_SCENES
    one = orders.request_of(Order(scope="scene", count=8, settings=settings), "pack", None, {})
    assert one.most == requests.MAX_FRAMES
