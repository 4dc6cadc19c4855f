"""Errors by the names that Lambda gives them: an exception's class, and Runtime.ExitError for a process that has ended.

Python functions name their exceptions by themselves (see `runtime.python_worker`).
https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
"""

from typing import Any

from ministack.core import lambda_runtime

from hallmark.stage.embedded.extensions.worker_pipes import DIED

Json = dict[str, Any]
# How the emulator's process for Node.js writes a rejected promise, and what it throws at once.
_WRITTEN = (
    ('status: "error", error: String(err.message || err), trace: err.stack || ""', "err"),
    ('status: "error", error: e.message, trace: e.stack', "e"),
)


def _with_names(script: str) -> str:
    for text, name in _WRITTEN:
        if script.count(text) != 1:
            raise RuntimeError("the emulator's process for Node.js has another form")
        described = (
            f"failure: {{ errorType: {name}?.name || typeof {name}, errorMessage: String({name}?.message ?? {name}),"
            f' trace: String({name}?.stack || "").split("\\n") }}'
        )
        script = script.replace(text, f"{text}, {described}")
    return script


def install() -> None:
    """Describe the error beside its text; who invokes the function gets the description."""
    lambda_runtime._NODEJS_WORKER_SCRIPT = _with_names(lambda_runtime._NODEJS_WORKER_SCRIPT)
    invoke = lambda_runtime.Worker.invoke

    def invoke_worker(worker: Any, event: Any, request_id: str, **options: Any) -> Json:
        answer: Json = invoke(worker, event, request_id, **options)
        if answer.get("error") == DIED:
            text = f"RequestId: {request_id} Error: Runtime exited with error: exit status 1"
            answer["failure"] = {"errorType": "Runtime.ExitError", "errorMessage": text}
            answer["trace"] = f"{text}\nRuntime.ExitError"
        if "failure" in answer and answer.get("trace"):
            answer["log"] = "\n".join(filter(None, (answer["log"], answer["trace"])))
        return answer

    lambda_runtime.Worker.invoke = invoke_worker
