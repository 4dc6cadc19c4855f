"""`POST /upload`: parse, record, sign, answer. `GET /status/{transaction_id}`: look up, answer."""

import json
import os
import secrets
from datetime import datetime, timezone
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from shared_python.json_log import JsonLog

from merchant_upload.api_handler import status
from merchant_upload.api_handler.logic import Upload, UploadRequest, new_upload_id, read_request
from merchant_upload.api_handler.store import Store

# Merchants by the ids of their API keys; neither a header nor a body says who calls.
_MERCHANTS: dict[str, str] = {key: merchant for merchant, key in json.loads(os.environ["MERCHANTS"]).items()}
_STORE = Store(os.environ["TRANSACTIONS_TABLE"], os.environ["FILES_BUCKET"])
_LOG = JsonLog(function="api_handler", stage=os.environ["STAGE"])


_LATER = {"Retry-After": "1"}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of the API: a form or a status; 400, 403, 404, or 503 to try again."""
    log = _LOG.bind(traceId=os.environ.get("_X_AMZN_TRACE_ID"), requestId=event["requestContext"].get("requestId"))
    merchant = _MERCHANTS.get(event["requestContext"].get("identity", {}).get("apiKeyId") or "")
    if merchant is None:
        log.error("the API key is of no merchant")
        return _answer(403, {"message": "Forbidden", "errors": []})
    log = log.bind(merchant=merchant)
    return _status(event, merchant, log) if event.get("httpMethod") == "GET" else _upload(event, merchant, log)


def _upload(event: dict[str, Any], merchant: str, log: JsonLog) -> dict[str, Any]:
    request = read_request(event.get("body"), bool(event.get("isBase64Encoded")))
    if not isinstance(request, UploadRequest):
        log.info("request refused", fields=[problem["field"] for problem in request])
        return _answer(400, {"message": "The request is invalid.", "errors": request})
    now = datetime.now(timezone.utc)
    upload = Upload(new_upload_id(int(now.timestamp() * 1000), secrets.token_bytes(10)), merchant, now, request)
    log = log.bind(uploadId=upload.upload_id)
    try:
        _STORE.record(upload)
        form = _STORE.form(upload)
    except (BotoCoreError, ClientError) as error:
        log.error("upload not recorded", error=type(error).__name__)
        return _answer(503, {"message": "Not accepted for now. Send it again.", "errors": []}, _LATER)
    log.info("upload awaited", expiresAt=upload.answer(form)["expiresAt"])
    return _answer(201, upload.answer(form))


def _status(event: dict[str, Any], merchant: str, log: JsonLog) -> dict[str, Any]:
    asked = (event.get("pathParameters") or {}).get("transaction_id")
    kind = status.kind_of(asked)
    if kind is None:
        log.info("id refused")
        return _answer(400, {"message": "The request is invalid.", "errors": [status.ID_RULE]})
    try:
        item = _STORE.find(merchant, asked, kind)
    except (BotoCoreError, ClientError) as error:
        log.error("status not read", error=type(error).__name__)
        return _answer(503, {"message": "Not answered for now. Ask again.", "errors": []}, _LATER)
    if item is None:
        return _answer(404, {"message": "Not found", "errors": []})
    return _answer(200, status.answer(asked, item))


def _answer(code: int, body: dict[str, Any], headers: Any = None) -> dict[str, Any]:
    return {
        "statusCode": code,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", **(headers or {})},
        "body": json.dumps(body),
    }
