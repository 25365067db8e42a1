"""The ledger does what a plain model of it does, whatever the order; `make proof` runs the same at full size."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.features.wallet.machine import machine, stage


@pytest.mark.parametrize(("is_committing", "examples", "steps"), [(False, 8, 40), (True, 2, 15)])
def test_any_order_of_operations_agrees_with_the_model(scratch_url, live_url, is_committing, examples, steps):
    with stage(live_url if is_committing else scratch_url, is_committing) as on:
        run_state_machine_as_test(
            machine(on),
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        assert on.operations > examples * steps / 3  # an example may end early
