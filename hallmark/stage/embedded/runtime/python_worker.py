"""The process of a Python function: it calls the handler, logs and reports errors as AWS Lambda's runtime does.

`python -I -S python_worker.py FOLDER...`: the folders hold what the function can import beside its own code, such as
boto3. A request and its response are one line of JSON each, on the standard input and output that the process was
started with; the function's own output goes to standard error. The file has no imports of ours and runs on Python 3.9.
https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html
https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
https://github.com/aws/aws-lambda-python-runtime-interface-client
"""

from __future__ import annotations

import importlib
import io
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable
from typing import IO, Any, cast

Json = dict[str, Any]
Handler = Callable[[Any, Any], Any]
# Replaces a line break within one log entry, which ends with a line break.
BREAK = "\r"


class Fault(Exception):
    """An error that the runtime detects, not the function's code; `kind` is the error's type as AWS names it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Context:
    """The second argument of a handler.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    identity: None = None
    client_context: None = None

    def __init__(self, call: Json) -> None:
        self.aws_request_id: str = call["request_id"]
        self.invoked_function_arn: str = call["invoked_function_arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = time.monotonic() + call["timeout_ms"] / 1000

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the invocation may still run."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


class LogHandler(logging.Handler):
    """A log handler in Lambda's text format; an entry of several lines stays one."""

    request_id = ""

    def emit(self, record: logging.LogRecord) -> None:
        record.aws_request_id = self.request_id
        _write(self.format(record))


def _write(entry: str) -> None:
    sys.stderr.write(entry.replace("\n", BREAK) + "\n")


def _set_up_logging() -> LogHandler:
    """Set up logging; the root logger's level stays WARNING, as on Lambda, until the function changes it."""
    handler = LogHandler()
    text = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
    formatter = logging.Formatter(text, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)
    return handler


def _take_pipes() -> tuple[IO[str], IO[str]]:
    """Hide the pipes of requests and responses from the function, whose output is its log."""
    requests, answers = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    for stream in (sys.stdout, sys.stderr):
        cast(io.TextIOWrapper, stream).reconfigure(line_buffering=True)
    return requests, answers


def _load(name: str) -> Handler:
    module_name, _, function_name = name.rpartition(".")
    if not module_name:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}") from error
    except SyntaxError as error:
        raise Fault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}") from error
    found: Handler | None = getattr(module, function_name, None)
    if found is None:
        raise Fault("Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'")
    return found


def _described(error: Exception) -> Json:
    """Return the error object that the caller gets, without the runtime's own frames."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    is_fault = isinstance(error, Fault)
    return {
        "errorMessage": str(error),
        "errorType": error.kind if isinstance(error, Fault) else type(error).__name__,
        "stackTrace": [] if is_fault else traceback.format_list(frames),
    }


def _log_error(described: Json) -> None:
    trace = [line for entry in described["stackTrace"] for line in entry.splitlines()]
    head = f"[ERROR] {described['errorType']}: {described['errorMessage']}"
    _write("\n".join([head, "Traceback (most recent call last):", *trace]))


def _answer(handler: Handler, payload: str, context: Context) -> str:
    try:
        event = json.loads(payload)
    except (RecursionError, ValueError) as error:
        # Deeper, or with a longer number, than Python reads.
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from error
    result = handler(event, context)
    try:
        return json.dumps({"status": "ok", "result": result}, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def _failed(described: Json, request_id: str, is_final: bool) -> str:
    _log_error(described)
    failure = {**described, "requestId": request_id}
    return json.dumps({"status": "error", "error": failure["errorMessage"], "failure": failure, "final": is_final})


def _parted(line: str) -> tuple[str, Json]:
    """Return a request's payload as it is written, and its call, which follows it; no text has quotes unescaped."""
    payload, _, call = line.rpartition(', "ctx": ')
    return payload.partition(": ")[2], json.loads(call.rstrip()[:-1])


def _serve(payload: str, call: Json, handler: Handler | None, unusable: Json) -> str:
    if trace := call.get("trace_id"):
        os.environ["_X_AMZN_TRACE_ID"] = trace
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    if handler is None:
        return _failed(unusable, call["request_id"], is_final=True)
    try:
        return _answer(handler, payload, Context(call))
    except Exception as error:
        return _failed(_described(error), call["request_id"], is_final=False)


def main() -> None:
    """Serve requests until there are no more; any other end of the function's code ends the process."""
    requests, answers = _take_pipes()
    log = _set_up_logging()
    os.environ.pop("LC_CTYPE", None)  # Python adds it where the machine lacks the locale in LANG
    sys.path[:0] = [os.environ["LAMBDA_TASK_ROOT"]]
    sys.path += sys.argv[1:]
    handler: Handler | None = None
    unusable: Json = {}
    try:
        handler = _load(os.environ["_HANDLER"])
    except Exception as error:
        unusable = _described(error)
    answers.write('{"status": "ok"}\n')
    answers.flush()
    for line in requests:
        payload, call = _parted(line)
        log.request_id = call["request_id"]
        answer = _serve(payload, call, handler, unusable)
        sys.stdout.flush()
        sys.stderr.flush()
        answers.write(answer + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
