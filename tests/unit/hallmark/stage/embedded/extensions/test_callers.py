"""The process at the other end of a connection is found, whichever way the machine offers."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hallmark.stage.embedded.extensions import callers

CONNECTING = "import socket, sys; s = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); sys.stdin.read()"


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


@pytest.mark.parametrize("table", [Path("/proc/net/tcp"), Path("/proc/there/is/none")])
def test_a_child_is_found_by_the_port_of_its_connection(
    monkeypatch: pytest.MonkeyPatch, server: socket.socket, table: Path
) -> None:
    monkeypatch.setattr(callers, "_SOCKETS", table)
    for _ in range(2):
        command = [sys.executable, "-I", "-S", "-c", CONNECTING, str(server.getsockname()[1])]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
            connection, (_, port) = server.accept()
            with connection:
                found = callers.owner_of(port)
                assert found and found.pid == child.pid
            child.communicate()
        assert callers.owner_of(port) is None


def test_this_process_is_no_child_of_its_own(server: socket.socket) -> None:
    with socket.create_connection(server.getsockname()) as client:
        assert callers.owner_of(client.getsockname()[1]) is None
