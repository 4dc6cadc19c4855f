"""The load generator's own capacity on this machine."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hallmark.load.generator import Settings, generate
from hallmark.load.load import Load
from hallmark.load.outcome import RunOutcome
from hallmark.load.plan import arrivals
from hallmark.load.series import phase_results
from hallmark.progress import Callback
from hallmark.project import LOOPBACK, ROOT
from hallmark.stage import Stage
from infra.errors import UserError

SCENARIO = "headroom"


@contextmanager
def _trivial_server() -> Iterator[str]:
    command = [sys.executable, "-m", "hallmark.load.trivial_server"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        if not port:
            raise UserError("the trivial server did not start")
        try:
            yield f"http://{LOOPBACK}:{port}/"
        finally:
            process.terminate()


def generator_capacity(stage: Stage, load: Load, processes: int, progress: Callback) -> float:
    """Return the requests a second that the generator gets answered by a no-op server."""
    with _trivial_server() as host:
        run = generate(stage, SCENARIO, Settings(host=host, processes=processes), progress)
    outcome = RunOutcome(run, arrivals(run.terms, load.kinds, load.mix(stage)), load.kinds)
    return max(phase.achieved for phase in phase_results(outcome) if phase.counted)
