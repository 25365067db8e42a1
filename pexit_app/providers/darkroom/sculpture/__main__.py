"""`python -m pexit_app.providers.darkroom.sculpture build [names...|all] [--height 1216] [--out folder]`"""
import argparse
import sys
import time
from pathlib import Path

from pexit_app.providers.darkroom.persona import STANDINS, STANDINS_DIR


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="sculpture", description="Sculpt the stand-ins and write their persona files.")
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("build", help="trace, bake and write; minutes a stand-in at full size")
    make.add_argument("names", nargs="*", default=["all"], metavar="name", help=f"all, or some of: {', '.join(STANDINS)}")
    make.add_argument("--height", type=int, default=1216, help="px, 64-2048 (default 1216, as shipped)")
    make.add_argument("--out", type=Path, default=STANDINS_DIR, help="folder (default: where they ship)")
    chosen = parser.parse_args(arguments)
    names = list(STANDINS) if "all" in chosen.names else chosen.names
    unknown = sorted(set(names) - set(STANDINS))
    if unknown or not 64 <= chosen.height <= 2048:
        parser.error(f"no such stand-in: {', '.join(unknown)}" if unknown else "--height must be 64-2048")
    try:
        from .build import build
    except ImportError as error:
        parser.error(f"{error}; the bench needs the development requirements (numba)")
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name in names:
        start = time.monotonic()
        path = build(name, chosen.height, chosen.out)
        print(f"{name}: {path.stat().st_size / 1024:.0f} KB in {time.monotonic() - start:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
