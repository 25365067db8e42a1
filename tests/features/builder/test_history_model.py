"""Whatever two tabs do in whatever order, nothing is lost and nobody's words are overwritten unseen."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.features.builder.machine import machine
from tests.features.wallet.machine import stage


@pytest.mark.parametrize("examples", [6, pytest.param(60, marks=pytest.mark.proof)], ids=["quick", "proof"])
def test_any_order_of_two_tabs_keeps_everything(scratch_url, examples):
    with stage(scratch_url, is_committing=False) as on:
        run_state_machine_as_test(
            machine(on),
            settings=settings(
                max_examples=examples,
                stateful_step_count=25,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        assert on.operations > 5 * examples
