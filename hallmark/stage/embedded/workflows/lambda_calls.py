"""A machine's call of a function, judged by the machine's role.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

import json
import threading
import time
from collections import defaultdict
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import lambda_svc

from hallmark.stage.embedded.extensions import fault_injection
from hallmark.stage.embedded.extensions.handler_processes import PROCESSES
from hallmark.stage.embedded.extensions.iam_judge import role_may, role_trusts
from hallmark.stage.embedded.faults import Injection
from hallmark.stage.embedded.workflows.failures import Failed, OutOfTime

Json = dict[str, Any]
TRUSTED = "states.amazonaws.com"
_turns: dict[tuple[str, str, str], threading.BoundedSemaphore] = defaultdict(
    lambda: threading.BoundedSemaphore(PROCESSES)
)


class Call:
    """One invocation; `whole` returns it as the integration does, with its status around the payload."""

    def __init__(self, machine: Json, function: str, payload: Any, whole: bool = True) -> None:
        self.machine, self.function, self.payload, self.whole = machine, function, payload, whole
        name = function.partition(":function:")[2] or function
        base, _, qualifier = name.partition(":")
        self.name = base
        self.arn = f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:{name}"
        self.qualifier = qualifier or "$LATEST"

    def turn(self, seconds: float) -> threading.BoundedSemaphore:
        """Wait until a process of the function is free; OutOfTime."""
        turn = _turns[get_account_id(), get_region(), self.name]
        if not turn.acquire(timeout=seconds):
            raise OutOfTime
        return turn

    def __call__(self) -> Any:
        self._allowed()
        fault = self._fault()
        if fault and fault.effect == "delay":
            time.sleep(fault.seconds)
        elif fault:
            if fault.after:
                self._invoked()
            raise Failed(f"Lambda.{fault.code or 'Unknown'}", "injected")
        return self._answer(self._invoked())

    def _invoked(self) -> Json:
        function, config, _ = lambda_svc._get_func_record_for_ref(self.function)
        if not function or not config:
            raise Failed("Lambda.ResourceNotFoundException", f"Function not found: {self.arn}")
        record = lambda_svc._execution_record_for_config(function, config)
        result: Json = lambda_svc._execute_function_with_config_scope(record, self.payload)
        return result

    def _allowed(self) -> None:
        role, action = self.machine["roleArn"], "lambda:InvokeFunction"
        trusted = role_trusts(role, TRUSTED, self.machine["stateMachineArn"])
        if not (trusted and role_may(role, self.machine["name"], action, self.arn)):
            text = f"User: {role} is not authorized to perform: {action} on resource: {self.arn}"
            raise Failed("Lambda.AWSLambdaException", text)

    def _fault(self) -> Injection | None:
        if not fault_injection.armed():
            return None
        text = f"{self.arn} {json.dumps(self.payload)}"
        struck = fault_injection.struck_by("lambda", "Invoke", text, self.machine["name"])
        return struck[0] if struck else None

    def _answer(self, result: Json) -> Any:
        body = result.get("body")
        if result.get("throttle"):
            raise Failed("Lambda.TooManyRequestsException", "Rate Exceeded.")
        if result.get("error"):
            known = body if isinstance(body, dict) else {"errorMessage": str(body)}
            raise Failed(known.get("errorType") or "Lambda.Unknown", json.dumps(known))
        if isinstance(body, (str, bytes)):
            try:
                body = json.loads(body)
            except ValueError:
                body = body.decode() if isinstance(body, bytes) else body
        if not self.whole:
            return body
        return {"ExecutedVersion": self.qualifier, "Payload": body, "StatusCode": 200}
