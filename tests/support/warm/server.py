"""`python -m tests.support.warm.server SOCKET`: loads what commands need, then forks a process for each of them.

Each connection gives three streams and a folder, open; a program, arguments and environment as JSON; and gets the exit
code.
It ends with whoever holds its standard input.
"""

import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import jmespath  # noqa: F401
from botocore.loaders import JSONFileLoader
from botocore.session import Session

import hallmark.commands
from hallmark.stage.embedded import emulator
from tests.support.warm.programs import MODULES

# What commands call; the parsed models of services are the most that a process loads.
SERVICES = (
    *("apigateway", "cloudformation", "cloudwatch", "dynamodb", "ec2", "ecr", "events", "iam", "lambda", "logs"),
    *("s3", "sns", "sqs", "ssm", "stepfunctions", "sts"),
)
Request = tuple[str, list[str], dict[str, str]]


def _load() -> None:
    """Import the commands, and read the services' models, which all later sessions share."""
    _share_models()
    for module in pkgutil.walk_packages(hallmark.commands.__path__, f"{hallmark.commands.__name__}."):
        importlib.import_module(module.name)
    for service in SERVICES:
        Session().create_client(service, "us-east-1", aws_access_key_id="-", aws_secret_access_key="-")
    gc.collect()
    gc.freeze()


def _share_models() -> None:
    read, known = JSONFileLoader.load_file, dict[str, Any]()

    def load_file(loader: JSONFileLoader, path: str) -> Any:
        if path not in known:
            known[path] = read(loader, path)
        return known[path]

    JSONFileLoader.load_file = load_file


def _received(connection: socket.socket) -> tuple[Request, list[int]]:
    head, streams, _, _ = socket.recv_fds(connection, 4, 4)
    with connection.makefile("rb", buffering=0) as stream:
        length, body = int.from_bytes(head, "big"), b""
        while len(body) < length:
            body += stream.read(length - len(body))
    program, arguments, environment = json.loads(body)
    return (program, arguments, environment), streams


def _become(request: Request, given: list[int]) -> str:
    """Give this process the caller's streams, arguments, environment and folder; return the module to run."""
    program, arguments, environment = request
    *streams, folder = given
    os.fchdir(folder)
    os.close(folder)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [program, *arguments]
    # Read while it was imported.
    emulator.STATE = Path(environment.get("HALLMARK_STAGE_FILE") or emulator.STATE)
    return MODULES[program]


def _answer_ended(waiting: dict[int, socket.socket]) -> None:
    """Tell whoever waits for commands that have ended how they did."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            child, status = ended
            # Who asked may be gone.
            with waiting.pop(child) as connection, suppress(OSError):
                connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))


def serve(address: str) -> str | None:
    """Fork for each request; return the module to run, in a forked process, and None in the end."""
    waiting: dict[int, socket.socket] = {}
    with socket.socket(socket.AF_UNIX) as server, ExitStack() as stack:
        server.bind(address)
        server.listen(64)
        woken, waking = (stack.enter_context(one) for one in socket.socketpair())
        waking.setblocking(False)
        signal.set_wakeup_fd(waking.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        print("ready", flush=True)
        while sys.stdin not in (ready := select.select([server, woken, sys.stdin], [], [])[0]):
            if woken in ready:
                woken.recv(64)
                _answer_ended(waiting)
            if server in ready:
                connection, _ = server.accept()
                request, streams = _received(connection)
                if child := os.fork():
                    waiting[child] = connection
                    for stream in streams:
                        os.close(stream)
                    continue
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                return _become(request, streams)
    return None


if __name__ == "__main__":
    _load()
    if module := serve(sys.argv[1]):
        runpy.run_module(module, run_name="__main__", alter_sys=True)
