"""A record of what each role was used for: role, caller, action, resource, conditions, and whether it was allowed.

If HALLMARK_IAM_RECORD names a file, a line is appended at the first use of a permission, and at the end a line with
the number of further uses. Only what AWS itself does with a role counts: the code of a function with its
role's session, and the services that act with a role.
"""

import json
import os
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import lambda_runtime

# The condition keys that our policies use.
KEYS = (
    "dynamodb:EnclosingOperation",
    "events:source",
    "events:detail-type",
    "ec2:Vpc",
    "s3:x-amz-server-side-encryption",
)
_file = os.environ.get("HALLMARK_IAM_RECORD")
_lock = threading.Lock()
_again: Counter[str] = Counter()
_sessions: set[str] = set()


def note(role: str, by: str, action: str, resource: str, context: dict[str, Any], allowed: bool) -> None:
    """Record one use of a role, by its name."""
    if _file is None:
        return
    conditions = {key: context[key] for key in KEYS if context.get(key)}
    used = {"role": role, "by": by, "action": action, "resource": resource, "context": conditions, "allowed": allowed}
    line = json.dumps(used, sort_keys=True)
    with _lock:
        if line in _again:
            _again[line] += 1
            return
        _again[line] = 0
        _append({**used, "times": 1})


def is_function(access_key: str) -> bool:
    """Return whether an access key belongs to a function's process, and not to a person who assumed its role."""
    return access_key in _sessions


def _append(entry: dict[str, Any]) -> None:
    assert _file is not None
    with Path(_file).open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(entry) + "\n")


def _finish() -> None:
    with _lock:
        for line, times in _again.items():
            if times:
                _append({**json.loads(line), "times": times})


def install() -> None:
    """Remember the sessions of functions, and write the counts when the emulator shuts down."""
    give, serve = lambda_runtime.execution_credentials, app.app

    def execution_credentials(config: dict[str, Any]) -> dict[str, str]:
        given: dict[str, str] = give(config)
        _sessions.add(given["AWS_ACCESS_KEY_ID"])
        return given

    async def serve_and_finish(scope: Any, receive: Any, send: Any) -> None:
        await serve(scope, receive, send)
        if scope["type"] == "lifespan" and _file is not None:
            _finish()

    lambda_runtime.execution_credentials = execution_credentials
    app.app = serve_and_finish
