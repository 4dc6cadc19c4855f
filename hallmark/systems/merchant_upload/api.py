"""merchant_upload's API: its address, the merchants' keys, and an example call."""

import json
from collections.abc import Mapping

from hallmark.stage import Stage
from hallmark.systems.keyed_api import keyed_access
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
    """Return how to reach the API."""
    body = json.dumps({"fileName": "november.csv"})

    def sample(_: str, key: str) -> str:
        return f"curl -sS {url(stage)} -H 'x-api-key: {key}' -H 'content-type: application/json' -d '{body}'"

    return keyed_access(stage, url(stage), key_ids(stage), sample)
