"""Python functions in a separate process, with the interpreter, the log and the errors of AWS Lambda.

They run in the interpreter of their runtime (see `runtime`), which can import neither the project nor the emulator,
and keep their process after an exception.
https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
"""

import contextvars
import io
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from hallmark.stage.embedded.extensions import worker_pipes
from hallmark.stage.embedded.extensions.function_environment import variables
from hallmark.stage.embedded.runtime import python_worker
from hallmark.stage.embedded.runtime.interpreters import interpreter_of, program_of

INIT_SECONDS = 30.0
# What image_functions adds to a function's configuration: the folder of the image's files, and where it starts.
IMAGE_ROOT, IMAGE_FOLDER = "ImageRoot", "ImageFolder"
Json = dict[str, Any]
_failed: contextvars.ContextVar[Json | None] = contextvars.ContextVar("hallmark_failed", default=None)


class Entries(str):
    """A log of whole entries: each may contain line breaks."""

    __slots__ = ()

    def splitlines(self, keepends: bool = False) -> list[str]:
        return [entry.replace(python_worker.BREAK, "\n") for entry in self.split("\n")]


@dataclass(frozen=True)
class _Start:
    """What a process starts with: its program, where its code is, and where else it finds modules, in order."""

    program: str
    root: str
    folder: str
    packages: Sequence[str]

    def environment(self, config: Json) -> dict[str, str]:
        own = (config.get("Environment") or {}).get("Variables") or {}
        places = {"LAMBDA_RUNTIME_DIR": self.packages[-1], "LAMBDA_TASK_ROOT": self.root}
        return {**variables(config, str(Path(self.program).parent)), **own, **places}


def _unpack(archive: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        files.extractall(folder)
    return folder


def _layers(config: Json, folder: Path) -> list[str]:
    """Unpack the layers, in order; return the folders that Python searches.

    https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html
    """
    for layer in config.get("Layers") or []:
        _unpack(lambda_svc._resolve_layer_zip(layer), folder)
    packages = f"python/lib/{config['Runtime']}/site-packages"
    return [str(folder / place) for place in (packages, "python") if (folder / place).is_dir()]


def _of_archive(worker: Any) -> _Start:
    root = str(_unpack(worker.code_zip, Path(worker._tmpdir) / "code"))
    folders = _layers(worker.config, Path(worker._tmpdir) / "opt")
    found = interpreter_of(worker.config["Runtime"])
    return _Start(found.program, root, root, (*folders, found.packages))


def _of_image(worker: Any) -> _Start:
    """Return the start of a function's image: it has nothing but its own files and the standard library."""
    config = worker.config
    root, version = Path(config[IMAGE_ROOT]), config["Runtime"].removeprefix("python")
    program, _ = program_of(version)
    libraries = f"lib/python{version}/site-packages"
    packages = (f"opt/python/{libraries}", "opt/python", f"var/lang/{libraries}")
    task, folder = root / "var/task", root / config[IMAGE_FOLDER].lstrip("/")
    for place in (task, folder):
        place.mkdir(parents=True, exist_ok=True)
    return _Start(program, str(task), str(folder), [*(str(root / one) for one in packages), str(root / "var/runtime")])


def _spawn(worker: Any) -> None:
    if worker._tmpdir:
        shutil.rmtree(worker._tmpdir, ignore_errors=True)
    worker._tmpdir = tempfile.mkdtemp(prefix=f"ministack-lambda-{worker.func_name}-")
    start = (_of_image if IMAGE_ROOT in worker.config else _of_archive)(worker)
    command = [start.program, "-I", "-S", "-X", "utf8", python_worker.__file__, *start.packages]
    worker._proc = subprocess.Popen(
        command,
        cwd=start.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=start.environment(worker.config),
    )
    pipes = worker_pipes.pipes_of(worker)
    if (pipes.receive(time.monotonic() + INIT_SECONDS) or {}).get("status") != "ok":
        log = pipes.log()
        worker_pipes.end(worker)
        raise RuntimeError(f"Runtime exited without providing a reason: {log.strip()[-500:]}")


def install() -> None:
    """Start Python functions in this way, and pass on the error that a function's process reports."""
    spawn, invoke = lambda_runtime.Worker._spawn, lambda_runtime.Worker.invoke
    execute = lambda_svc._execute_function_warm

    def is_python(worker: Any) -> bool:
        return str(worker.config.get("Runtime")).startswith("python")

    def spawn_worker(worker: Any) -> None:
        (_spawn if is_python(worker) else spawn)(worker)

    def invoke_worker(worker: Any, *args: Any, **options: Any) -> Json:
        answer: Json = invoke(worker, *args, **options)
        if is_python(worker):
            answer["log"] = Entries(answer["log"])
        _failed.set(answer if "failure" in answer else None)
        return answer

    def execute_function(function: Json, event: Any, request_id: str) -> Json:
        _failed.set(None)
        result: Json = execute(function, event, request_id)
        if answer := _failed.get():
            result |= {"body": answer["failure"], "log": answer["log"]}
        return result

    lambda_runtime.Worker._spawn = spawn_worker
    lambda_runtime.Worker.invoke = invoke_worker
    lambda_svc._execute_function_warm = execute_function
