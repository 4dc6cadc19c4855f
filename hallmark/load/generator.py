"""The load generator, Locust, as a separate process."""

import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hallmark.load import run_file, scenario
from hallmark.load.run_file import RUNS, RunFile
from hallmark.progress import Callback, Progress
from hallmark.project import ROOT, free_port, tool_environment
from hallmark.stage import Stage
from infra.errors import UserError

LOCUSTFILE = ROOT / "load" / "locustfile.py"
_POLL_SECONDS = 0.25


@dataclass(frozen=True)
class Settings:
    """How a scenario is run: rate and length if they differ from the file's, number of generator processes.

    With `host` the requests go there, without a key; with `floor` to the no-op stack beside the stage.
    `label` names the files in build/load.
    """

    rate: float | None = None
    seconds: float | None = None
    processes: int = 1
    host: str | None = None
    label: str | None = None
    floor: bool = False


def generate(stage: Stage, name: str, settings: Settings, progress: Callback) -> RunFile:
    """Run a scenario on a stage and return the run; Locust's own report is beside its file, as `.html`.

    UserError with Locust's last line of output when it writes no run.
    """
    label = settings.label or name
    path = RUNS / f"{label}.json"
    path.unlink(missing_ok=True)
    log = RUNS / f"{label}.log"
    RUNS.mkdir(parents=True, exist_ok=True)
    tuned = scenario.load(stage.system, name).tuned(settings.rate, settings.seconds)
    total = round(sum(phase.seconds for phase in tuned.phases))
    with log.open("w", encoding="utf-8") as output:
        environment = tool_environment({"PYTHONPATH": str(ROOT)})
        command = _command(stage, name, settings, path)
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            _watch(process, label, total, progress)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if not path.is_file():
        tail = log.read_text(encoding="utf-8").strip().splitlines()[-1:]
        raise UserError(f"the load generator wrote no run: {''.join(tail) or 'no output'} (see {log})")
    return run_file.read(path)


def _command(stage: Stage, name: str, settings: Settings, path: Path) -> list[str]:
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary"]
    command += ["--scenario", name, "--system", stage.system, "--target", stage.target, "--stage", stage.name]
    command += ["--run-file", str(path), "--html", str(path.with_suffix(".html"))]
    for option, value in (("--rate", settings.rate), ("--seconds", settings.seconds), ("--host", settings.host)):
        if value is not None:
            command += [option, str(value)]
    if settings.floor:
        command += ["--floor"]
    if settings.processes > 1:
        # Locust's own master listens on every address, on one port for all runs of a machine.
        port = str(free_port())
        command += ["--processes", str(settings.processes), "--master-bind-host", "127.0.0.1"]
        command += ["--master-bind-port", port, "--master-port", port]
    return command


def _watch(process: "subprocess.Popen[bytes]", label: str, total: int, progress: Callback) -> None:
    begin = time.monotonic()
    while process.poll() is None:
        progress(Progress(f"load: {label} (seconds)", min(total, round(time.monotonic() - begin)), total, Counter()))
        try:
            process.wait(_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    progress(Progress(f"load: {label} (seconds)", total, total, Counter()))
