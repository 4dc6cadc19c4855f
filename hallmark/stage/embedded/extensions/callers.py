"""Which of the emulator's own processes is at the other end of a connection.

Linux lists the sockets of this machine with their inodes, and each process's open files by name: one list is read for
a question. Elsewhere each process is asked for its connections. https://man7.org/linux/man-pages/man5/proc.5.html
"""

import os
from pathlib import Path

import psutil

_SOCKETS = Path("/proc/net/tcp")
_known: list[int] = []


def owner_of(port: int) -> psutil.Process | None:
    """Return the child process that has a TCP connection from this port; None when none has."""
    socket = _socket_of(port) if _SOCKETS.exists() else ""
    if socket is None:
        return None
    return _among(_known, socket, port) or _among(_children(), socket, port)


def _children() -> list[int]:
    """Return the children, which takes a look at every process of this machine, and remember them."""
    _known[:] = [process.pid for process in psutil.Process().children()]
    return _known


def _among(numbers: list[int], socket: str, port: int) -> psutil.Process | None:
    for number in list(numbers):
        try:
            if _has_open(number, socket) if socket else _is_connected(psutil.Process(number), port):
                found = psutil.Process(number)
                # A number may be another process's by now.
                return found if found.ppid() == os.getpid() else None
        except (psutil.Error, OSError):
            continue
    return None


def _socket_of(port: int) -> str | None:
    """Return the name by which an open file of a process shows the socket of a port; a closed one has no inode."""
    for line in _SOCKETS.read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].rpartition(":")[2], 16) == port and fields[9] != "0":
            return f"socket:[{fields[9]}]"
    return None


def _has_open(pid: int, name: str) -> bool:
    return any(_link(file) == name for file in Path(f"/proc/{pid}/fd").iterdir())


def _link(file: Path) -> str:
    try:
        return str(file.readlink())
    except OSError:  # closed meanwhile
        return ""


def _is_connected(process: psutil.Process, port: int) -> bool:
    return any(connection.laddr.port == port for connection in process.net_connections("tcp"))
