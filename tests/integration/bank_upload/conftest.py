"""What tests of bank_upload need: its stage, a client for each bank, what is kept, and what the topic says."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import urllib3
from boto3.dynamodb.types import TypeDeserializer

from hallmark.stage import Stage
from hallmark.systems.bank_upload.notifications import Notifications, subscribed
from infra.bank_upload.outputs import Output
from tests.integration.bank_upload.contract import TODAY, upload_id
from tests.integration.bank_upload.forms import BOUNDARY, FORM
from tests.support.keys import unthrottled
from tests.support.stages import open_or_deploy
from tests.support.waiting import wait_for

Json = dict[str, Any]
TIMEOUT = 30
SLA_SECONDS = 300


@dataclass(frozen=True)
class Bank:
    """One bank's client, with its own key."""

    name: str
    url: str
    key: str | None

    def post(self, content: bytes, day: str = TODAY) -> urllib3.BaseHTTPResponse:
        """Post a file as its only part."""
        keyed = {"x-api-key": self.key} if self.key else {}
        headers = {"X-Report-Date": day, **keyed}
        fields = {"file": ("report.csv", content, "text/csv")}
        return urllib3.request("POST", self.url, fields=fields, headers=headers, timeout=TIMEOUT, retries=False)

    def send(self, body: bytes, headers: Mapping[str, str] | None = None, query: str = "") -> urllib3.BaseHTTPResponse:
        """Send a body as it is, as a form of today unless headers say otherwise."""
        named = {"content-type": f"{FORM}; boundary={BOUNDARY}", "x-report-date": TODAY}
        return self.raw(body, named | {name.lower(): value for name, value in (headers or {}).items()}, query)

    def raw(self, body: bytes, headers: Mapping[str, str], query: str = "") -> urllib3.BaseHTTPResponse:
        """Send a body with these headers and the key alone."""
        keyed = {"x-api-key": self.key} if self.key else {}
        sent = {**headers, **keyed}
        return urllib3.request("POST", self.url + query, body=body, headers=sent, timeout=TIMEOUT, retries=False)

    def accepted(self, content: bytes) -> Json:
        """Post a valid file; return the answer."""
        answer = self.post(content)
        assert answer.status == 202, answer.data
        found: Json = answer.json()
        return found


@dataclass(frozen=True)
class Kept:
    """What the stage keeps, as plain values."""

    stage: Stage

    def upload(self, upload_id: str, part: str = "upload") -> Json | None:
        """Return a part of an upload's status."""
        key = {"uploadId": {"S": upload_id}, "part": {"S": part}}
        table = self.stage.outputs[Output.STATUS_TABLE]
        return _plain(self.stage.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True).get("Item"))

    def row(self, bank: str, transaction_id: str) -> Json | None:
        """Return a row."""
        key = {"transactionKey": {"S": f"{bank}#{transaction_id}"}}
        table = self.stage.outputs[Output.TRANSACTIONS_TABLE]
        return _plain(self.stage.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True).get("Item"))

    def objects(self, part: str) -> list[str]:
        """Return the keys of all objects in which a text stands."""
        bucket = self.stage.outputs[Output.FILES_BUCKET]
        pages = self.stage.client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket)
        return [one["Key"] for page in pages for one in page.get("Versions", []) if part in one["Key"]]

    def content(self, item: Json) -> bytes:
        """Return the bytes of an upload's version."""
        asked = {
            "Bucket": self.stage.outputs[Output.FILES_BUCKET],
            "Key": item["objectKey"],
            "VersionId": item["versionId"],
        }
        return bytes(self.stage.client("s3").get_object(**asked)["Body"].read())

    def ended(self, upload_id: str, *statuses: str) -> Json:
        """Wait until an upload is `done` or `refused`, or has one of these statuses; return it."""

        def found() -> Json | None:
            item = self.upload(upload_id)
            return item if item and item["status"] in ("done", "refused", *statuses) else None

        item = wait_for(found, f"the end of {upload_id}", SLA_SECONDS)
        assert item is not None and item["status"] in (statuses or ("done", "refused")), item
        return item


@dataclass(frozen=True)
class Workflow:
    """The machine, its input, and its queue of failures."""

    stage: Stage

    def put(self, key: str, content: bytes) -> Json:
        """Put an object by hand; return the input that its event gives the machine."""
        bucket = self.stage.outputs[Output.FILES_BUCKET]
        said = {"Bucket": bucket, "Key": key, "Body": content, "ServerSideEncryption": "aws:kms"}
        return self.input(key, self.stage.client("s3").put_object(**said)["VersionId"])

    def input(self, key: str, version_id: str) -> Json:
        """Return the machine's input for a version."""
        return {"bucket": self.stage.outputs[Output.FILES_BUCKET], "key": key, "versionId": version_id}

    def start(self, given: Mapping[str, Any]) -> None:
        """Start an execution as the rule does."""
        machine = self.stage.outputs[Output.WORKFLOW_ARN]
        self.stage.client("stepfunctions").start_execution(stateMachineArn=machine, input=json.dumps(given))

    def letters(self, upload_id: str) -> list[Json]:
        """Take an upload's letters out of the queue of failures."""
        sqs, url = self.stage.client("sqs"), self.stage.outputs[Output.UPLOAD_FAILURE_QUEUE_URL]
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1).get("Messages", [])
        own = [message for message in found if json.loads(message["Body"])["uploadId"] == upload_id]
        for message in own:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in own]


@pytest.fixture(scope="session")
def stage(request: pytest.FixtureRequest) -> Stage:
    """`dev` of bank_upload."""
    return open_or_deploy(request, "bank_upload")


@pytest.fixture(scope="session")
def bank(stage: Stage) -> Callable[..., Bank]:
    """Return a bank's client; another key, or none, if one is given."""
    ids = json.loads(stage.outputs[Output.API_KEY_IDS])
    url = f"{stage.api_address(stage.outputs[Output.API_ID])}/upload"

    def client(name: str, key: str | None = "its own") -> Bank:
        return Bank(name, url, stage.api_key(ids[name]) if key == "its own" else key)

    return client


@pytest.fixture(scope="module")
def quick(stage: Stage) -> Iterator[None]:
    """Let banks send as fast and as much as they can, until a module's tests are done."""
    with unthrottled(stage, stage.outputs[Output.USAGE_PLAN_ID]):
        yield


@pytest.fixture(scope="session")
def kept(stage: Stage) -> Kept:
    """What the stage keeps."""
    return Kept(stage)


@pytest.fixture(scope="session")
def workflow(stage: Stage) -> Workflow:
    """The stage's workflow."""
    return Workflow(stage)


@pytest.fixture(scope="module")
def topic(stage: Stage) -> Iterator[Notifications]:
    """Listen to the topic for as long as a module's tests."""
    with subscribed(stage) as heard:
        yield heard


def said(topic: Notifications, upload_id: str, status: str) -> tuple[Json, Json]:
    """Wait for an upload's message with a status; return it with its attributes."""

    def found() -> list[Any]:
        return [one for one in topic.hear().get(upload_id, []) if one[0]["status"] == status]

    message, attributes = wait_for(found, f"the message that {upload_id} is {status}", SLA_SECONDS)[-1]
    return dict(message), dict(attributes)


def id_of(bank: str, content: bytes) -> str:
    """Return the id that today's file of a bank has."""
    return upload_id(bank, TODAY, content)


def _plain(item: Json | None) -> Json | None:
    deserialize = TypeDeserializer().deserialize
    return {name: deserialize(value) for name, value in item.items()} if item else None
