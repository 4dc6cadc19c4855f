"""The emulator's process: started on a free loopback port, recorded in a file in `build`, ended without residue."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import psutil

from hallmark.node18 import node18
from hallmark.project import BUILD, ROOT, free_port
from hallmark.stage.embedded.end_with_owner import owned_by_caller
from hallmark.stage.embedded.pinned_version import require_pinned_version
from infra.errors import UserError
from infra.systems import REGIONS

STATE = Path(os.environ.get("HALLMARK_STAGE_FILE") or BUILD / "embedded-stage.json")
READY_SECONDS, ANSWER_SECONDS, END_SECONDS = 30.0, 5.0, 5.0
# A user's proxy cannot reach this machine's loopback interface.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
# Numeric addresses only: Node 18 may resolve `localhost` to IPv6, where nothing listens.
SETTINGS = {
    "BIND_HOST": "127.0.0.1",
    "MINISTACK_HOST": "127.0.0.1",
    # The region of requests that name none.
    "MINISTACK_REGION": REGIONS[0],
    "LOG_LEVEL": "WARNING",
    # IAM is enforced, and functions have sessions of their roles.
    "AUTH": "true",
}


@dataclass(frozen=True)
class Emulator:
    """A started emulator: address, process (with its start time, since ids are reused) and private folder.

    `tree` says from which sources it was started; empty for one of a tree that did not note it yet.
    """

    endpoint: str
    pid: int
    created: float
    folder: str
    tree: str = ""

    @property
    def log(self) -> Path:
        """The emulator's log."""
        return Path(self.folder) / "emulator.log"

    def processes(self) -> list[psutil.Process]:
        """Return the emulator and its handlers, which are found by their private folder."""
        # A process that has just begun shows no environment yet: the emulator is known by its number, too.
        own = {self.pid} if self.is_alive() else set[int]()
        return [one for one in psutil.process_iter() if one.pid in own or _folder_of(one) == self.folder]

    def is_alive(self) -> bool:
        """Return whether this very process exists; a zombie does not count."""
        try:
            process = psutil.Process(self.pid)
            return abs(process.create_time() - self.created) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def answers(self) -> bool:
        """Return whether it is ready to serve."""
        try:
            with _DIRECT.open(f"{self.endpoint}/_ministack/ready", timeout=ANSWER_SECONDS) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def tree_of(folder: Path = Path(__file__).parent) -> str:
    """Return what tells the emulator of this tree, with its extensions and its pinned version, from another's."""
    found = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        found.update(f"{file.relative_to(folder).as_posix()}\0".encode() + file.read_bytes())
    return found.hexdigest()[:16]


def _folder_of(process: psutil.Process) -> str | None:
    with contextlib.suppress(psutil.Error, OSError):
        return str(process.environ().get("TMPDIR"))
    return None


def _environment(folder: str, port: int, settings: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the caller's AWS settings, in which every client finds the emulator."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    path = os.pathsep.join([str(node18().parent), kept.get("PATH", "")])
    return {**kept, **SETTINGS, "PATH": path, "TMPDIR": folder, "GATEWAY_PORT": str(port), **settings}


def start(settings: Mapping[str, str] | None = None, note: bool = False) -> Emulator:
    """Start an emulator and wait until it answers; `settings` are variables of its environment.

    With `note` it is recorded as this checkout's from the start, so that an interrupted start can be cleaned up.
    Raises UserError when it does not start, after removing everything.
    """
    require_pinned_version()
    folder, port, tree = tempfile.mkdtemp(prefix="hallmark-"), free_port(), tree_of()
    with (Path(folder) / "emulator.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "hallmark.stage.embedded.launcher"],
            cwd=ROOT,
            env=_environment(folder, port, settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    created = psutil.Process(process.pid).create_time()
    emulator = Emulator(f"http://127.0.0.1:{port}", process.pid, created, folder, tree)
    try:
        if note:
            _keep(emulator)
        _wait_until_ready(emulator)
    except BaseException:
        end(emulator)
        raise
    return emulator


def _wait_until_ready(emulator: Emulator) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not emulator.answers():
        if not emulator.is_alive() or time.monotonic() > deadline:
            tail = emulator.log.read_text().strip().splitlines()[-1:]
            raise UserError(f"the embedded stage did not start: {''.join(tail) or 'no output'}")
        time.sleep(0.05)


def end(emulator: Emulator) -> None:
    """End the emulator and its handlers, remove its folder, and its record if it is this checkout's."""
    processes = emulator.processes()
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs(processes, timeout=END_SECONDS)
    for process in stubborn + emulator.processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=END_SECONDS)
    shutil.rmtree(emulator.folder, ignore_errors=True)
    if STATE.is_file() and noted() == emulator:
        STATE.unlink()


@contextlib.contextmanager
def emulator(settings: Mapping[str, str] | None = None) -> Iterator[Emulator]:
    """Run an emulator for the time of a `with` block, beside the one of `up`; it also ends with this process."""
    started = start({**owned_by_caller(), **(settings or {})})
    try:
        yield started
    finally:
        end(started)


def _keep(started: Emulator) -> None:
    STATE.parent.mkdir(parents=True, exist_ok=True)
    draft = STATE.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(asdict(started)))
    draft.replace(STATE)


def noted() -> Emulator | None:
    """Return the emulator that `up` recorded, dead or alive; UserError when the record is damaged."""
    names = {one.name for one in fields(Emulator)}
    try:
        found = json.loads(STATE.read_text())
        # What a newer tree notes beside is no damage.
        return Emulator(**{name: value for name, value in found.items() if name in names})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, AttributeError):
        raise UserError(
            f"{STATE} is damaged: end what `pgrep -f hallmark.stage.embedded.launcher` lists, then delete the file"
        ) from None


def running() -> Emulator | None:
    """Return the emulator of this checkout; clean up after one whose process is gone.

    Raises UserError when it is alive, and does not answer or is another tree's: only its owner can decide whether to
    end it, with its data.
    """
    found = noted()
    if found is None:
        return None
    if not found.is_alive():
        end(found)
        return None
    if found.tree != tree_of():
        raise UserError(
            f"the embedded stage (process {found.pid}) was started from other sources than these: end it, with its "
            "data, by `hallmark down`, then run `hallmark up`"
        )
    if not found.answers():
        raise UserError(
            f"the embedded stage (process {found.pid}) does not answer: wait, or end it with `hallmark down`"
        )
    return found
