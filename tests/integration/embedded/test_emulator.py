"""The emulator's process: loopback only, private, and gone without a trace."""

import os
import signal
from pathlib import Path

import psutil
import pytest
from waiting import wait_for

from hallmark.errors import UserError
from hallmark.stage.embedded import emulator as emulators
from hallmark.stage.embedded import guard
from hallmark.stage.embedded.emulator import Emulator


def test_it_listens_on_loopback_only(running_emulator: Emulator) -> None:
    sockets = [socket for process in running_emulator.processes() for socket in process.net_connections()]
    listening = {socket.laddr.ip for socket in sockets if socket.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}


def test_nothing_is_left_of_one_that_ended() -> None:
    with emulators.emulator() as started:
        assert started.is_ready()
    assert started.processes() == []
    assert not Path(started.folder).exists()


def test_a_dead_one_is_noticed_and_cleaned_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulators, "STATE", tmp_path / "stage.json")
    started = emulators.start()
    emulators.keep(started)
    assert emulators.running() == started
    os.kill(started.pid, signal.SIGKILL)
    wait_for(lambda: not started.is_ready(), "its death")
    assert emulators.running() is None
    assert emulators.noted() is None
    assert not Path(started.folder).exists()


def test_another_version_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "version", lambda name: "1.5.34")
    with pytest.raises(UserError, match=r"needs ministack 1\.5\.33, found 1\.5\.34: pip install"):
        guard.require_pinned_version()


def test_the_pin_is_the_one_that_is_installed() -> None:
    requirements = (Path(__file__).parents[3] / "pyproject.toml").read_text()
    assert f'"ministack=={guard.MINISTACK}"' in requirements
