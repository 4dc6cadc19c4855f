"""What tests of merchant_upload need: its stage, and a client for each merchant."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import urllib3

from hallmark.stage import Stage
from infra.merchant_upload.outputs import Output
from tests.support.stages import open_or_deploy
from tests.support.waiting import wait_for

Json = dict[str, Any]
TIMEOUT = 30
SLA_SECONDS = 300


@dataclass(frozen=True)
class Merchant:
    """One merchant's client: asks for forms with its own key, posts files with them."""

    name: str
    url: str
    key: str | None

    def ask(self, body: Any, headers: Mapping[str, str] | None = None) -> urllib3.BaseHTTPResponse:
        """Send a request for a form; a text goes as it is."""
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        keyed = {"x-api-key": self.key} if self.key else {}
        all_headers = {"content-type": "application/json", **keyed, **(headers or {})}
        return urllib3.request("POST", self.url, body=text, headers=all_headers, timeout=TIMEOUT, retries=False)

    def form(self, **body: Any) -> Json:
        """Return the form that the stage gives."""
        answer = self.ask(body)
        assert answer.status == 201, answer.data
        form: Json = answer.json()
        return form

    def post(self, form: Json, content: bytes, **changed: str) -> urllib3.BaseHTTPResponse:
        """Post a file with a form, some of its fields changed."""
        fields = {**form["fields"], **changed, "file": ("any.csv", content, "text/csv")}
        return urllib3.request("POST", form["url"], fields=fields, timeout=TIMEOUT, retries=False)

    def status(self, path_id: str) -> urllib3.BaseHTTPResponse:
        """Ask for the status of an id, which goes into the path as it is."""
        keyed = {"x-api-key": self.key} if self.key else {}
        url = f"{self.url.rpartition('/')[0]}/status/{path_id}"
        return urllib3.request("GET", url, headers=keyed, timeout=TIMEOUT, retries=False)

    def send(self, content: bytes, **body: Any) -> Json:
        """Upload a file; return its form."""
        form = self.form(**body)
        assert self.post(form, content).status == 204
        return form

    def ended(self, upload_id: str) -> Json:
        """Wait until a file is done or refused; return its status."""

        def ended() -> Json | None:
            answer = self.status(upload_id)
            assert answer.status == 200, answer.data
            found: Json = answer.json()
            return found if found["status"] in ("done", "refused") else None

        found = wait_for(ended, f"the end of {upload_id}", SLA_SECONDS)
        assert found is not None
        return found

    def through(self, content: bytes, **body: Any) -> Json:
        """Upload a file and wait for its end; return its status."""
        return self.ended(self.send(content, **body)["uploadId"])


@pytest.fixture(scope="session")
def stage(request: pytest.FixtureRequest) -> Stage:
    """`dev` of merchant_upload."""
    return open_or_deploy(request, "merchant_upload")


@pytest.fixture(scope="session")
def merchant(stage: Stage) -> Callable[..., Merchant]:
    """Return a merchant's client; another key, or none, if one is given."""
    ids = json.loads(stage.outputs[Output.API_KEY_IDS])
    url = f"{stage.api_address(stage.outputs[Output.API_ID])}/upload"

    def client(name: str, key: str | None = "its own") -> Merchant:
        return Merchant(name, url, stage.api_key(ids[name]) if key == "its own" else key)

    return client


@pytest.fixture(scope="session")
def stored(stage: Stage) -> Callable[[str], Any]:
    """Return an object of the files bucket."""
    return lambda key: stage.client("s3").get_object(Bucket=stage.outputs[Output.FILES_BUCKET], Key=key)


@pytest.fixture(scope="session")
def items(stage: Stage) -> Callable[[str], list[Json]]:
    """Return the items of a stored `transaction_id`, in DynamoDB's own types, by time."""

    def found(transaction_id: str) -> list[Json]:
        answer = stage.client("dynamodb").query(
            TableName=stage.outputs[Output.TRANSACTIONS_TABLE],
            KeyConditionExpression="transaction_id = :id",
            ExpressionAttributeValues={":id": {"S": transaction_id}},
            ConsistentRead=True,
        )
        rows: list[Json] = answer["Items"]
        return rows

    return found
