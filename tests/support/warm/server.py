"""`python -m tests.support.warm.server SOCKET`: loads what commands need, then forks a process for each of them.

Each connection gives three streams and a program, arguments, environment and folder as JSON, and gets the exit code.
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
Request = tuple[str, list[str], dict[str, str], str]


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
    head, streams, _, _ = socket.recv_fds(connection, 4, 3)
    with connection.makefile("rb", buffering=0) as stream:
        length, body = int.from_bytes(head, "big"), b""
        while len(body) < length:
            body += stream.read(length - len(body))
    program, arguments, environment, folder = json.loads(body)
    return (program, arguments, environment, folder), streams


def _become(request: Request, streams: list[int]) -> str:
    """Give this process the caller's streams, arguments, environment and folder; return the module to run."""
    program, arguments, environment, folder = request
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = [program, *arguments]
    # Read while it was imported.
    emulator.STATE = Path(environment.get("HALLMARK_STAGE_FILE") or emulator.STATE)
    return MODULES[program]


def _keep(connection: socket.socket, child: int) -> None:
    """Wait for a command and say how it ended."""
    _, status = os.waitpid(child, 0)
    connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))
    os._exit(0)


def serve(address: str) -> str | None:
    """Fork for each request; return the module to run, in a forked process, and None in the end."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen(64)
        # Nobody waits for the processes that wait for commands.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        print("ready", flush=True)
        while server in select.select([server, sys.stdin], [], [])[0]:
            connection, _ = server.accept()
            with connection:
                if os.fork():
                    continue
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                request, streams = _received(connection)
                if child := os.fork():
                    for stream in streams:
                        os.close(stream)
                    _keep(connection, child)
                return _become(request, streams)
    return None


if __name__ == "__main__":
    _load()
    if module := serve(sys.argv[1]):
        runpy.run_module(module, run_name="__main__", alter_sys=True)
