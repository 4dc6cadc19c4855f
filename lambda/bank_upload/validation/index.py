"""`POST /upload`: read, receive, answer. The workflow's first task: take one version of one object."""

import json
import os
from datetime import datetime, timezone
from functools import partial
from typing import Any, Optional

from botocore.exceptions import BotoCoreError, ClientError
from shared_python.iso_times import iso
from shared_python.json_log import JsonLog
from shared_python.task import TryAgain, in_time, reported

from bank_upload.file import RULES, judge_file
from bank_upload.validation.receiving import Broken, receive
from bank_upload.validation.request import Refused, read_request
from bank_upload.validation.store import RESERVE_MILLISECONDS, Store
from bank_upload.validation.taking import Around, Taking

# Banks by the ids of their API keys; neither a header nor a body says who calls.
_BANKS: dict[str, str] = json.loads(os.environ["BANKS"])
_MOST_BYTES = int(os.environ["MAX_FILE_BYTES"])
_JUDGE = partial(judge_file, most_rows=int(os.environ["MAX_ROWS"]))
_STORE = Store(os.environ["STATUS_TABLE"], os.environ["FILES_BUCKET"])
_LOG = JsonLog(function="validation", stage=os.environ["STAGE"])
_LATER = {"Retry-After": "1"}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of the API, or do the workflow's task."""
    with reported(_LOG, context) as log:
        _STORE.in_time = in_time(context, RESERVE_MILLISECONDS)
        if event.get("task") == "validate":
            return _task(event, log)
        return _request(event, log)


def _task(event: dict[str, Any], log: JsonLog) -> dict[str, Any]:
    around = Around(_STORE, frozenset(_BANKS.values()), _MOST_BYTES, _JUDGE, lambda: iso(_now()))
    answer = Taking(event, around).take()
    said = {name: answer.get(name) for name in ("uploadId", "bank", "outcome", "rows", "problemCount")}
    log.info("file taken", execution=event["execution"], ranges=len(answer["ranges"]), **said)
    return answer


def _request(event: dict[str, Any], log: JsonLog) -> dict[str, Any]:
    """Answer 202, 400, 403, 413, 415, 422, or 503 to try again."""
    around = event["requestContext"]
    log = log.bind(apiRequestId=around.get("requestId"))
    bank = _BANKS.get((around.get("identity") or {}).get("apiKeyId") or "")
    if bank is None:
        log.error("the API key is of no bank")
        return _answer(403, {"message": "Send the API key of a bank, as x-api-key.", "errors": []})
    log = log.bind(bank=bank)
    try:
        request = read_request(event, _now().date(), _MOST_BYTES)
        found = receive(request.content, bank, request.report_date, _STORE, _JUDGE, _now)
    except Refused as refused:
        log.info("request refused", status=refused.code, fields=[error["field"] for error in refused.errors])
        return _answer(refused.code, {"message": refused.message, "errors": list(refused.errors)})
    except (BotoCoreError, ClientError, TryAgain) as error:
        log.error("file not received", error=type(error).__name__)
        return _answer(503, {"message": "Not accepted for now. Send the file again.", "errors": []}, _LATER)
    if isinstance(found, Broken):
        upload, judged = found.upload, found.judged
        log.info("file refused", uploadId=upload.id, problemCount=judged.problem_count)
        return _answer(422, _broken(found))
    answer = found.body()
    log.info("file accepted", uploadId=answer["uploadId"], rows=answer["rows"])
    return _answer(202, answer)


def _broken(found: Broken) -> dict[str, Any]:
    """Return the body of a 422: what is wrong where, and what to do about each rule that is broken."""
    shown = [one._asdict() for one in found.judged.problems]
    return {
        "message": "Nothing of the file is taken. Correct all problems, and send the whole file again.",
        "uploadId": found.upload.id,
        "contentHash": found.upload.content_hash,
        "receivedAt": found.upload.received_at,
        "problems": shown,
        "problemCount": found.judged.problem_count,
        "rules": {rule: RULES[rule] for rule in sorted({one["rule"] for one in shown})},
        "errors": [],
    }


def _answer(code: int, body: dict[str, Any], headers: Optional[dict[str, str]] = None) -> dict[str, Any]:
    return {
        "statusCode": code,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", **(headers or {})},
        "body": json.dumps(body),
    }


def _now() -> datetime:
    return datetime.now(timezone.utc)
