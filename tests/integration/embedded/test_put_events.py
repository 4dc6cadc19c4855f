"""PutEvents: `Time` is kept, and an entry that is malformed fails by itself."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError


def test_time_is_the_senders(unique: str, queue: Any, route: Any, emit: Any, receive: Any) -> None:
    url, arn = queue(unique)
    route("rule", arn)
    emit({}, Time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert json.loads(receive(url)["Body"])["time"] == "2026-01-02T03:04:05Z"


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"Detail": "[]"}, "MalformedDetail"),
        ({"Detail": "{"}, "MalformedDetail"),
        ({"Source": ""}, "InvalidArgument"),
        ({"DetailType": ""}, "InvalidArgument"),
        ({"Source": "aws.s3"}, "NotAuthorizedForSourceException"),
    ],
)
def test_a_bad_entry_fails_alone(client: Any, bus: str, entry: dict[str, str], code: str) -> None:
    good = {"Source": "test", "DetailType": "Test", "Detail": "{}", "EventBusName": bus}
    answer = client("events").put_events(Entries=[good, {**good, **entry}])
    assert answer["FailedEntryCount"] == 1
    assert [result.get("ErrorCode") for result in answer["Entries"]] == [None, code]


def test_a_request_over_the_size_limit_fails_as_a_whole(client: Any, bus: str) -> None:
    big = {"Source": "test", "DetailType": "Test", "Detail": json.dumps({"x": "y" * 1024 * 1024}), "EventBusName": bus}
    with pytest.raises(ClientError, match="over the limit"):
        client("events").put_events(Entries=[big])
