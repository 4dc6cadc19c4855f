"""Communication with a handler process over its pipes, by the invoking thread alone.

The emulator starts a thread for each invocation, keeps another for each process's logs, and waits until the log is
quiet. Here Node.js is set to block on a full log pipe: by default it buffers the rest, and the response arrives first.
So everything that a handler logs before its response is in the pipe when the response is; later lines are logged with
the next invocation. A process that is too slow is ended; one whose handler failed serves again, as on AWS.
https://nodejs.org/docs/latest-v18.x/api/process.html#a-note-on-process-io
"""

import json
import os
import select
import time
from dataclasses import dataclass, field
from typing import Any

from ministack.core import lambda_runtime

from hallmark.stage.embedded.extensions import memory_use, processor_use
from hallmark.stage.embedded.speed.background_priority import PATIENCE_SECONDS, taking_turns

CHUNK = 65536
DIED = "Worker process died"
# libuv's own setting; Node.js has no public API for it on pipes.
WAIT_FOR_FULL_LOG = "process.stderr._handle?.setBlocking?.(true);\n"
Json = dict[str, Any]


@dataclass
class Pipes:
    """The three pipes of a handler process, always polled together."""

    process: Any
    pending: bytes | memoryview = b""
    answers: bytearray = field(default_factory=bytearray)
    logged: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.stdin, self.stdout, self.stderr = (
            pipe.fileno() for pipe in (self.process.stdin, self.process.stdout, self.process.stderr)
        )
        for pipe in (self.stdin, self.stdout, self.stderr):
            os.set_blocking(pipe, False)

    def send(self, request: bytes) -> None:
        """Write as much of a request as the pipe takes now; `receive` writes the rest."""
        self.pending = memoryview(request)
        self._write()

    def receive(self, deadline: float) -> Json | None:
        """Return the response to what was sent; None when the deadline, on the monotonic clock, passes."""
        # Each system call yields to other threads, so there are no unnecessary ones.
        waiting = select.poll()
        for pipe in (self.stdout, self.stderr):
            waiting.register(pipe, select.POLLIN)
        if self.pending:
            waiting.register(self.stdin, select.POLLOUT)
        while (left := deadline - time.monotonic()) > 0:
            for pipe, _ in waiting.poll(left * 1000):
                if pipe == self.stdin:
                    self._write()
                    if not self.pending:
                        waiting.unregister(self.stdin)
                elif pipe == self.stderr:
                    if not _read(pipe, self.logged):
                        waiting.unregister(pipe)
                elif not _read(pipe, self.answers):
                    return {"status": "error", "error": DIED, "final": True}
            if (answer := self._answer()) is not None:
                return answer
        return None

    def _write(self) -> None:
        try:
            self.pending = self.pending[os.write(self.stdin, self.pending) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self.pending = b""  # its other pipe shows that the process has died

    def _answer(self) -> Json | None:
        """Return the first whole line that is a response; drop all other lines."""
        while (end := self.answers.find(b"\n")) >= 0:
            line = bytes(self.answers[:end])
            del self.answers[: end + 1]
            try:
                answer = json.loads(line) if line.lstrip().startswith(b"{") else None
            except ValueError:
                continue
            if isinstance(answer, dict) and answer.get("status") in ("ok", "error"):
                return answer
        return None

    def log(self) -> str:
        """Return the whole lines that were logged since the last call."""
        while _read(self.stderr, self.logged) == CHUNK:
            continue
        end = self.logged.rfind(b"\n")
        lines = bytes(self.logged[: max(end, 0)])
        del self.logged[: end + 1]
        return lines.decode("utf-8", "replace")


def _read(pipe: int, into: bytearray) -> int:
    """Read what is available, at most CHUNK bytes; 0 when there is nothing, or the pipe has ended."""
    try:
        chunk = os.read(pipe, CHUNK)
    except BlockingIOError:
        return 0
    into += chunk
    return len(chunk)


def pipes_of(worker: Any) -> Pipes:
    """Return the pipes of a worker's current process."""
    pipes: Pipes | None = getattr(worker, "_pipes", None)
    if pipes is None or pipes.process is not worker._proc:
        pipes = worker._pipes = Pipes(worker._proc)
    return pipes


def end(worker: Any) -> None:
    """End a worker's process; the next invocation starts another."""
    process, worker._proc = worker._proc, None
    lambda_runtime._signal(process)
    lambda_runtime._collect(process, time.monotonic() + lambda_runtime._REAP_GRACE)


def _patiently(worker: Any, pipes: Pipes, deadline: float) -> Json | None:
    """Receive the response; a background process keeps idle priority only for a while."""
    if not worker.gives_way:
        return pipes.receive(deadline)
    answer = pipes.receive(min(deadline, time.monotonic() + PATIENCE_SECONDS))
    if answer is None:
        with taking_turns(worker._proc.pid):
            answer = pipes.receive(deadline)
    return answer


def _invoke(
    worker: Any,
    event: Any,
    request_id: str,
    *,
    trace_id: str | None = None,
    depth: Any = None,
    durable: Json | None = None,
    invoked_function_arn: str | None = None,
) -> Json:
    with worker._lock:
        cold = worker._proc is None or worker._proc.poll() is not None
        if cold:
            worker._spawn()
        pipes, timeout = pipes_of(worker), float(worker.config.get("Timeout", 30))
        arn = worker.config.get("FunctionArn", "") if invoked_function_arn is None else invoked_function_arn
        context = {
            "request_id": request_id,
            "invoked_function_arn": arn,
            "timeout_ms": int(timeout * 1000),
            "trace_id": trace_id,
            "depth": depth,
            "durable": durable or {},
        }
        request = json.dumps({"event": event, "ctx": context}).encode() + b"\n"
        used = processor_use.seconds_of(worker._proc.pid)
        pipes.send(request)
        answer = _patiently(worker, pipes, time.monotonic() + timeout)
        is_over = answer is None or answer.get("final")
        if answer is None:
            answer = {"status": "error", "error": f"Task timed out after {timeout:.2f} seconds"}
        log, peak = pipes.log(), memory_use.peak_bytes(worker._proc.pid)
        processor_use.note(processor_use.seconds_of(worker._proc.pid) - used)
        if is_over:
            end(worker)
        memory_use.note(peak)
        return {**answer, "cold_start": cold, "log": log}


def install() -> None:
    """Replace the communication with processes; the thread that would read their logs ends at once."""
    lambda_runtime._NODEJS_WORKER_SCRIPT = WAIT_FOR_FULL_LOG + lambda_runtime._NODEJS_WORKER_SCRIPT
    lambda_runtime.Worker._read_stderr = lambda worker: None
    lambda_runtime.Worker.invoke = _invoke
