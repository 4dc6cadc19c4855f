"""A target is given of an event what its rule says, as EventBridge documents it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from typing import Any

import pytest

from hallmark.redrive.input import target_input
from hallmark.redrive.work import Unknown

EVENT = {"source": "s", "detail": {"id": "7", "deep": {"list": [1, "two"]}}}


@pytest.mark.parametrize(
    ("target", "payload"),
    [
        ({}, EVENT),
        ({"Input": '{"fixed": 1}'}, {"fixed": 1}),
        ({"InputPath": "$.detail.deep"}, {"list": [1, "two"]}),
        ({"InputPath": "$"}, EVENT),
        ({"InputTransformer": {"InputTemplate": '{"whole": <aws.events.event.json>}'}}, {"whole": EVENT}),
        (
            {
                "InputTransformer": {
                    "InputTemplate": '{"rule": "r", "detail": <detail>, "none": <none>}',
                    "InputPathsMap": {"detail": "$.detail", "none": "$.detail.none"},
                }
            },
            {"rule": "r", "detail": EVENT["detail"], "none": None},
        ),
    ],
)
def test_the_payload(target: dict[str, Any], payload: Any) -> None:
    assert target_input(target, EVENT) == payload


@pytest.mark.parametrize(
    "transformer",
    [
        {"InputTemplate": '{"time": <aws.events.event.ingestion-time>}'},
        {"InputTemplate": "the source is <source>", "InputPathsMap": {"source": "$.source"}},
        {"InputTemplate": '{"first": <first>}', "InputPathsMap": {"first": "$.detail.deep.list[0]"}},
    ],
)
def test_what_is_not_understood_is_not_guessed(transformer: dict[str, Any]) -> None:
    with pytest.raises(Unknown, match=r"not supported|unsupported|does not produce JSON"):
        target_input({"InputTransformer": transformer}, EVENT)
