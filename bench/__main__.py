"""`make bench`: every bench, each printing its figures beside a floor measured in the same run. `python -m bench NAME
[options]` runs one of them."""

import importlib
import sys

BENCHES = ("builder", "darkroom", "drafts", "providers", "storefront", "wallet", "words")

chosen, options = (sys.argv[1:2], sys.argv[2:]) if len(sys.argv) > 1 else (BENCHES, [])
for name in chosen:
    if name not in BENCHES:
        sys.exit(f"There is no bench {name}; there are {', '.join(BENCHES)}.")
    print(f"\n== {name}", flush=True)
    sys.argv[1:] = options
    importlib.import_module(f"bench.{name}").main()
