"""`POST /upload`: a form under which S3 takes one file of the merchant whose key was used, and the upload's record."""

import json
import os
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
from botocore.config import Config
from merchant_upload.api_handler.form import SECONDS, Upload, max_bytes, presigned
from merchant_upload.api_handler.store import moment, record
from merchant_upload.api_handler.wanted import Refused, wanted
from shared_python.log import log
from shared_python.ulid import ulid

Answer = dict[str, Any]

# The region's own address: the global one answers a form of a new bucket with a redirect, which browsers do not follow.
_S3 = boto3.client("s3", config=Config(signature_version="s3v4", s3={"us_east_1_regional_endpoint": "regional"}))
_TABLE = boto3.resource("dynamodb").Table(os.environ["TRANSACTIONS_TABLE"])
# The id of each API key -> its merchant. The key, which API Gateway has judged, says who calls, and nothing else does.
_MERCHANTS: dict[str, str] = {key: merchant for merchant, key in json.loads(os.environ["MERCHANTS"]).items()}


def handler(event: dict[str, Any], _: Any) -> Answer:
    """Answer a request of API Gateway's proxy integration."""
    merchant = _MERCHANTS.get(event["requestContext"]["identity"].get("apiKeyId") or "")
    if merchant is None:
        log("warn", "the key is no merchant's")
        return _answer(403, {"message": "The key is no merchant's.", "errors": []})
    asked = wanted(event.get("body"))
    if isinstance(asked, Refused):
        log("info", "refused", merchant=merchant, errors=asked.errors)
        return _answer(400, {"message": "The request is invalid.", "errors": asked.errors})
    now = datetime.now(timezone.utc)
    upload = Upload(f"up_{ulid(int(now.timestamp() * 1000))}", merchant, now)
    form = presigned(_S3, os.environ["FILES_BUCKET"], upload, asked)
    record(_TABLE, upload, asked)
    log("info", "upload requested", merchant=merchant, uploadId=upload.upload_id)
    return _answer(
        201,
        {
            "uploadId": upload.upload_id,
            "method": "POST",
            "url": form["url"],
            "fields": form["fields"],
            "key": upload.key,
            "expiresAt": moment(now + timedelta(seconds=SECONDS)),
            "maxBytes": max_bytes(asked),
        },
    )


def _answer(status: int, body: dict[str, Any]) -> Answer:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
