"""A process that only works knows all there is to do: with PEXIT_WORKER=off nobody else does it."""

import subprocess
import sys

from pexit_app.core.settings import ROOT

KNOWN = """
import sys
import pexit_app.worker
from pexit_app.core import workflows
print(*sorted(workflows._names), *sorted({each.__module__.split(".")[2] for each in workflows._sweeps}))
assert "reflex" not in sys.modules
"""


def test_the_worker_knows_every_workflow_and_sweep() -> None:
    told = subprocess.run([sys.executable, "-c", KNOWN], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"identity", "jobs", "shoots"} <= set(told.stdout.split())
    assert "render_frame" in told.stdout.split()
