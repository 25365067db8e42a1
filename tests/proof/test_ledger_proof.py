"""The ledger at full size: 100,000 operations in any order agree with the model, checked after each one."""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.features.wallet.machine import machine, stage

OPERATIONS = 100_000
PROCESSES = 2
STEPS, EXAMPLES = 250, 40  # one round; a long example is cut short when its random numbers run out


def run_rounds(url: str, operations: int) -> int:
    """At least so many, in transactions of one example each. Returns how many there were."""
    with stage(url, is_committing=False) as on:
        while on.operations < operations:
            run_state_machine_as_test(
                machine(on),
                settings=settings(
                    max_examples=EXAMPLES,
                    stateful_step_count=STEPS,
                    deadline=None,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        return on.operations


@pytest.mark.proof
def test_a_hundred_thousand_operations_agree_with_the_model(live_url, capsys):
    started = time.monotonic()
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        shares = [pool.submit(run_rounds, live_url, OPERATIONS // PROCESSES) for _ in range(PROCESSES)]
        operations = sum(share.result() for share in shares)
    seconds = time.monotonic() - started
    with capsys.disabled():
        print(f"\n{operations} ledger operations in {seconds:.0f} s: {operations / seconds:.0f} a second")
    assert operations >= OPERATIONS
