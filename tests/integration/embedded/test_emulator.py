"""The emulator's process: loopback only, private, and gone without a trace."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE

import psutil
import pytest

from hallmark.project import ROOT
from hallmark.stage.embedded import emulator as emulators
from hallmark.stage.embedded import pinned_version
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.embedded.end_with_owner import OWNER
from infra.errors import UserError
from tests.support.waiting import wait_for

pytestmark = pytest.mark.embedded


def test_it_listens_on_loopback_only(running_emulator: Emulator) -> None:
    sockets = [socket for process in running_emulator.processes() for socket in process.net_connections()]
    listening = {socket.laddr.ip for socket in sockets if socket.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}


def test_nothing_is_left_of_one_that_ended() -> None:
    with emulators.emulator() as started:
        assert started.answers()
    assert started.processes() == []
    assert not Path(started.folder).exists()


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulator that is noted as the one of a checkout."""
    monkeypatch.setattr(emulators, "STATE", tmp_path / "stage.json")
    started = emulators.start(note=True)
    yield started
    emulators.end(started)


def test_a_dead_one_is_noticed_and_cleaned_up(noted: Emulator) -> None:
    assert emulators.running() == noted
    assert OWNER not in psutil.Process(noted.pid).environ(), "what `up` keeps outlives whoever started it"
    os.kill(noted.pid, signal.SIGKILL)
    wait_for(lambda: not noted.is_alive(), "its death")
    assert emulators.running() is None
    assert emulators.noted() is None
    assert not Path(noted.folder).exists()


def test_a_silent_one_is_left_alone(noted: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulators, "ANSWER_SECONDS", 0.2)
    os.kill(noted.pid, signal.SIGSTOP)
    try:
        with pytest.raises(UserError, match="does not answer"):
            emulators.running()
    finally:
        os.kill(noted.pid, signal.SIGCONT)
    wait_for(noted.answers, "its answer")


def test_one_of_other_sources_is_refused_in_one_line(noted: Emulator) -> None:
    note = json.loads(emulators.STATE.read_text())
    emulators.STATE.write_text(json.dumps(note | {"later": 1}))
    assert emulators.running() == noted
    without = {name: value for name, value in note.items() if name != "tree"}
    for older in ({**note, "tree": "0" * 16}, without):
        emulators.STATE.write_text(json.dumps(older))
        with pytest.raises(UserError, match=r"other sources than these: end it, .* by `hallmark down`") as e:
            emulators.running()
        assert "\n" not in str(e.value)
        assert emulators.noted(), "`hallmark down` ends it"


def test_the_sources_are_every_module_of_the_emulator(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one.py").write_text("1")
    seen = {emulators.tree_of(), emulators.tree_of(tmp_path)}
    (tmp_path / "deep" / "one.py").write_text("2")
    seen.add(emulators.tree_of(tmp_path))
    (tmp_path / "deep" / "one.py").rename(tmp_path / "one.py")
    seen.add(emulators.tree_of(tmp_path))
    assert len(seen) == 4


def test_a_proxy_is_not_asked(running_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert running_emulator.answers()


OWNING = """
import dataclasses, json, sys
from hallmark.stage.embedded.emulator import emulator
with emulator() as started:
    print(json.dumps(dataclasses.asdict(started)), flush=True)
    sys.stdin.read()
"""


def test_one_in_a_with_block_ends_when_its_process_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", OWNING], stdin=PIPE, stdout=PIPE, cwd=ROOT) as owner:
        assert owner.stdout
        begun = Emulator(**json.loads(owner.stdout.readline()))
        assert begun.answers()
        owner.kill()
    wait_for(lambda: not begun.processes(), "the end of all its processes")
    assert not Path(begun.folder).exists()


def test_an_interrupted_start_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulators, "STATE", tmp_path / "stage.json")
    begun: list[Emulator] = []

    def interrupt(emulator: Emulator) -> None:
        begun.append(emulator)
        raise KeyboardInterrupt

    monkeypatch.setattr(emulators, "_wait_until_ready", interrupt)
    with pytest.raises(KeyboardInterrupt):
        emulators.start(note=True)
    assert not emulators.STATE.exists()
    assert not begun[0].is_alive()
    assert not Path(begun[0].folder).exists()


@pytest.mark.parametrize("text", ["", "{}", '{"endpoint": "x'])
def test_a_damaged_note_is_told_in_one_line(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulators, "STATE", tmp_path / "stage.json")
    emulators.STATE.write_text(text)
    with pytest.raises(UserError, match="is damaged"):
        emulators.running()


def test_another_version_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinned_version, "version", lambda name: "1.5.34")
    with pytest.raises(UserError, match=r"needs ministack 1\.5\.33, found 1\.5\.34: pip install"):
        pinned_version.require_pinned_version()


def test_the_pin_is_the_one_that_is_installed() -> None:
    requirements = (Path(__file__).parents[3] / "pyproject.toml").read_text()
    assert f'"ministack=={pinned_version.MINISTACK}"' in requirements
