"""realtime's API: its address, its key, and an example call."""

import json
from datetime import UTC, datetime

from hallmark.stage import Stage
from hallmark.systems.realtime.outputs import Output
from hallmark.systems.wing import Access

PATH = "/transactions"
_SAMPLE = {
    "transactionId": "example-{now:%H%M%S}",
    "accountId": "acct-example",
    "ts": "{now:%Y-%m-%dT%H:%M:%SZ}",
    "amount": 1499.5,
    "currency": "USD",
    "region": "us-east-1",
    "merchantCategory": "electronics",
    "cardNotPresent": True,
    "country": "US",
    "cardholderTimeZone": "America/New_York",
}


def api_id(stage: Stage) -> str:
    """Return the API's id."""
    return stage.outputs[Output.API_ID]


def url(stage: Stage) -> str:
    """Return the address for `POST` requests of a transaction."""
    return f"{stage.api_address(api_id(stage))}{PATH}"


def key(stage: Stage) -> str:
    """Return the value of the client's key; print it only for an embedded stage."""
    return stage.api_key(stage.outputs[Output.API_KEY_ID])


def access(stage: Stage) -> Access:
    """Return how to reach the API; for a stage on AWS, the command that shows the key instead of the key."""
    address = {"API": url(stage)}
    if stage.target == "embedded":
        return Access(address, {"API key": key(stage)}, _curl(stage, key(stage)))
    key_id = stage.outputs[Output.API_KEY_ID]
    fetch = f"aws apigateway get-api-key --include-value --query value --output text --api-key {key_id}"
    return Access(address, {}, _curl(stage, f"'\"$({fetch})\"'"))


def _curl(stage: Stage, shown_key: str) -> str:
    return f"curl -sS {url(stage)} -H 'x-api-key: {shown_key}' -H 'content-type: application/json' -d '{_body()}'"


def _body() -> str:
    now = datetime.now(UTC)
    filled = {name: value.format(now=now) if isinstance(value, str) else value for name, value in _SAMPLE.items()}
    return json.dumps(filled)
