"""The durable worker: `python -m pexit_app.worker [NAME]`. Imports no Reflex. NAME must be stable and unlike any other
running worker's: unfinished work is found again by it."""

import asyncio
import signal
import sys

from pexit_app import bootstrap
from pexit_app.core import database, log, settings


async def work(url: str, name: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with bootstrap.house(settings.load(), url, name):
        print("worker ready", flush=True)
        await stop.wait()


def main() -> None:
    log.configure()
    name = sys.argv[1] if len(sys.argv) > 1 else "worker-0"
    with database.opened(settings.load(), is_owner=False) as url:
        asyncio.run(work(url, name))


if __name__ == "__main__":
    main()
