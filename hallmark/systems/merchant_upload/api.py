"""merchant_upload's API: its address, the merchants' keys, and an example call."""

import json
from collections.abc import Mapping

from hallmark.stage import Stage
from hallmark.systems.wing import Access
from infra.merchant_upload.outputs import Output

PATH, STATUS_PATH = "/upload", "/status"


def api_id(stage: Stage) -> str:
    """Return the API's id."""
    return stage.outputs[Output.API_ID]


def url(stage: Stage) -> str:
    """Return the address for `POST` requests of a form."""
    return f"{stage.api_address(api_id(stage))}{PATH}"


def status_url(stage: Stage) -> str:
    """Return the address before `/{id}` of requests for a status."""
    return f"{stage.api_address(api_id(stage))}{STATUS_PATH}"


def key_ids(stage: Stage) -> Mapping[str, str]:
    """Return the id of each merchant's API key, by merchant."""
    found: dict[str, str] = json.loads(stage.outputs[Output.API_KEY_IDS])
    return found


def access(stage: Stage) -> Access:
    """Return how to reach the API; for a stage on AWS, the command that shows the key instead of the key."""
    merchant, key_id = next(iter(key_ids(stage).items()))
    fetch = f"aws apigateway get-api-key --include-value --query value --output text --api-key {key_id}"
    if stage.target == "embedded":
        keys = {f"API key of {name}": stage.api_key(one) for name, one in key_ids(stage).items()}
        return Access({"API": url(stage)}, keys, _curl(stage, keys[f"API key of {merchant}"]))
    return Access({"API": url(stage)}, {}, _curl(stage, f"'\"$({fetch})\"'"))


def _curl(stage: Stage, shown_key: str) -> str:
    body = json.dumps({"fileName": "november.csv"})
    return f"curl -sS {url(stage)} -H 'x-api-key: {shown_key}' -H 'content-type: application/json' -d '{body}'"
