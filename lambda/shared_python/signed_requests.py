"""Calls of services that take and give JSON, made of the parts that the SDK's clients are made of: docs/adr/0002.

Errors are those of the SDK's clients: ClientError for a refusal, HTTPClientError for an answer that did not come.
"""

import json
import os
import random
import time
import zlib
from collections.abc import Mapping
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import EnvProvider
from botocore.exceptions import ClientError, HTTPClientError
from botocore.httpsession import DEFAULT_CA_BUNDLE
from urllib3 import connection_from_url
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from shared_python.task import may_pass

# A call takes little more than eight seconds at worst.
ATTEMPTS = 2
TIME_LIMITS = Timeout(connect=1, read=3)
_BACKOFF_SECONDS = 0.1
# By it, AWS Lambda stops functions that call each other endlessly.
_TRACE = "_X_AMZN_TRACE_ID"
Json = dict[str, Any]


class DynamoDb:
    """DynamoDB in the function's region, or where the SDK's variables say that it is; one connection is kept.

    Requests and answers are in DynamoDB's own types.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
    """

    def __init__(self) -> None:
        region = os.environ["AWS_REGION"]
        given = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB") or os.environ.get("AWS_ENDPOINT_URL")
        self._url = f"{(given or f'https://dynamodb.{region}.amazonaws.com').rstrip('/')}/"
        trusted = {"ca_certs": DEFAULT_CA_BUNDLE} if self._url.startswith("https:") else {}
        self._pool: Any = connection_from_url(self._url, timeout=TIME_LIMITS, retries=False, **trusted)
        self._signer = SigV4Auth(EnvProvider().load(), "dynamodb", region)

    def call(self, action: str, asked: Mapping[str, Any]) -> Json:
        """Return the answer to a call; what may pass is tried once more, with full jitter."""
        body = json.dumps(asked).encode()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._attempt(action, body)
            except (ClientError, HTTPClientError) as error:
                if attempt == ATTEMPTS or not may_pass(error):
                    raise
                time.sleep(random.uniform(0, _BACKOFF_SECONDS * 2**attempt))
        raise AssertionError

    def _attempt(self, action: str, body: bytes) -> Json:
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"DynamoDB_20120810.{action}"}
        if trace := os.environ.get(_TRACE):
            headers["X-Amzn-Trace-Id"] = trace
        request = AWSRequest("POST", self._url, data=body, headers=headers)
        # Adds X-Amz-Date, X-Amz-Security-Token and the signature over all.
        self._signer.add_auth(request)
        status, given, content = self.exchange(dict(request.headers.items()), body)
        if (checksum := given.get("x-amz-crc32")) and int(checksum) != zlib.crc32(content):
            raise HTTPClientError(error="the answer's checksum is wrong")
        try:
            answer: Json = json.loads(content or b"{}")
        except ValueError:
            answer = {}
        if status == 200:
            return answer
        raise ClientError(_described(status, answer), action)

    def exchange(self, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """Send a signed request; return the answer's status, headers and body, read to its end."""
        try:
            answer = self._pool.urlopen("POST", self._url, body=body, headers=headers)
        except HTTPError as error:
            raise HTTPClientError(error=type(error).__name__) from error
        return answer.status, answer.headers, answer.data


def _described(status: int, answer: Json) -> Any:
    """Return a refusal as the SDK's clients do; `com.amazonaws.dynamodb.v20120810#CODE` is its name on the wire."""
    message = answer.get("message") or answer.get("Message") or ""
    code = answer.get("__type", "").rpartition("#")[2] or str(status)
    error = {"Code": code, "Message": message}
    return {**answer, "Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}
