"""Statements of the policies that tests need, and a queue that a service may send to."""

import json
from typing import Any


def allow(action: str | list[str], resource: str | None = None, **more: Any) -> dict[str, Any]:
    """A statement that allows an action; a trust policy's has no resource."""
    statement = {"Effect": "Allow", "Action": action, **more}
    return statement if resource is None else {**statement, "Resource": resource}


def open_queue(sqs: Any, name: str, service: str) -> tuple[str, str]:
    """Make a queue that a service, such as events.amazonaws.com, may send to; returns its URL and its ARN."""
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {"Statement": [allow("sqs:SendMessage", arn, Principal={"Service": service})]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    return url, arn
