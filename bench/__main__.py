"""`make bench`: every bench in this folder, each printing its figures beside a floor measured in the same run."""

import importlib
import pkgutil

import bench

for module in sorted(pkgutil.iter_modules(bench.__path__), key=lambda each: each.name):
    if module.name != "__main__":
        print(f"\n== {module.name}")
        importlib.import_module(f"bench.{module.name}").main()
