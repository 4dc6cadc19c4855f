"""What a function gives up is kept in its queue, with all that is needed to do it again."""

import json
import uuid
from typing import Any

import pytest

from hallmark.stage import Stage
from infra.merchant_upload.outputs import Output
from tests.support.waiting import wait_for

# AWS tries again after one minute and after two more.
RETRIES_SECONDS = 300
ATTEMPTS = 3


@pytest.mark.control("MU_FN_ASYNC", "MU_NO_LOSS", "MU_IAM_LEAST")
def test_a_notification_that_cannot_be_read_is_tried_three_times_and_then_kept(stage: Stage) -> None:
    sqs, queue = stage.client("sqs"), stage.outputs[Output.VALIDATION_FAILURE_QUEUE_URL]
    event = {"Records": [{"s3": {"mark": uuid.uuid4().hex}}]}
    function = stage.outputs[Output.VALIDATION_ARN]
    stage.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(event))

    def kept() -> Any:
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
        return next((one for one in found if json.loads(one["Body"]).get("requestPayload") == event), None)

    message = wait_for(kept, "the notification in its queue", RETRIES_SECONDS)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    record = json.loads(message["Body"])
    context = record["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("RetriesExhausted", ATTEMPTS)
    # The error is named by its type alone: its text could hold what a file holds.
    assert record["responsePayload"]["errorMessage"] == "KeyError"
