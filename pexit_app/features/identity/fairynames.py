"""Public names: `{adjective}_{noun}_{4 digits}`, so that nobody's address is shown."""

import secrets

_ADJECTIVES = """
amber ashen autumn bold brave bright brisk calm candid cedar clear clever cobalt coral crisp curious dapper
dawn deft dusky eager early easy even fabled fair fern fleet gentle gilded glad golden graceful hazel honest
hushed indigo ivory jade jolly keen kind lively lucid lunar mellow merry misty mossy neat noble olive opal
open patient pearl plucky polished proud quick quiet rapid ready rosy ruby rustic sage serene shy silken
silver sleek soft solar spry steady still stout sunny swift tidal tidy topaz tranquil true velvet verdant
vivid warm wild willow wise witty
"""
ADJECTIVES = tuple(_ADJECTIVES.split())
_NOUNS = """
acorn alder anchor arrow aspen aster badger beacon birch bluebell bramble breeze brook canyon cedar clover
comet cove crane creek crest cypress daisy delta dove dune ember falcon fern finch fjord forest fox garden
geyser glade grove harbor hare hawk heath heron hollow island ivy jasmine juniper kestrel lagoon lantern lark
laurel leaf lily linden lynx magpie maple marsh meadow meteor mill moon moss oak orchard otter owl pebble pine
plover pond poppy prairie quail quarry quill rabbit raven reed ridge river robin rowan sail sparrow spring
spruce star stone stream summit swallow swan thicket thistle tide trail tulip valley violet walnut wave willow
wind wren yarrow
"""
NOUNS = tuple(_NOUNS.split())


def make() -> str:
    return f"{secrets.choice(ADJECTIVES)}_{secrets.choice(NOUNS)}_{secrets.randbelow(10_000):04d}"
