"""Each role may do what its statements say, and nothing beside: every call is made with the role's own session."""

from functools import cache
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.naming import physical
from hallmark.stage import Stage
from infra.merchant_upload.outputs import Output
from tests.integration.merchant_upload.rights.calls import ALLOWED, FORBIDDEN
from tests.support.rights import SESSION, Call, account_of, assume, is_refusal, outcome, role_arn
from tests.support.waiting import wait_for

OTHER = {"api-handler": "validation", "validation": "anomaly-detection", "anomaly-detection": "api-handler"}


def name_of(stage: Stage, role: str) -> str:
    """The physical name of a stage's role."""
    return physical(stage, role, "role")


@pytest.fixture(scope="session")
def as_role(stage: Stage) -> Any:
    """The stage as a role sees it."""
    return cache(lambda role: assume(stage, name_of(stage, role)))


@pytest.fixture(scope="session")
def names(stage: Stage) -> Any:
    """What the texts of a role's call are filled with."""
    table = stage.client("dynamodb").describe_table(TableName=stage.outputs[Output.TRANSACTIONS_TABLE])["Table"]
    same = {
        **stage.outputs,
        "account": account_of(stage),
        "stage": stage.name,
        "Stream": table["LatestStreamArn"],
    }
    return lambda role: {**same, "role": role, "other": OTHER[role]}


def _take_back(stage: Stage, queue: str) -> None:
    sqs = stage.client("sqs")

    def message() -> Any:
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
        return next((one for one in found if one["Body"] == "trial"), None)

    sqs.delete_message(QueueUrl=queue, ReceiptHandle=wait_for(message, "the message")["ReceiptHandle"])


@pytest.mark.control("MU_IAM_LEAST")
@pytest.mark.parametrize(("role", "call"), [(role, call) for role, calls in ALLOWED.items() for call in calls], ids=str)
def test_what_a_statement_allows_is_done(stage: Stage, as_role: Any, names: Any, role: str, call: Call) -> None:
    error = outcome(as_role(role), call, names(role))
    assert error.get("Code") in (None, call.code), error
    if call.service == "sqs":
        _take_back(stage, call.arguments["QueueUrl"].format_map(names(role)))


@pytest.mark.control("MU_IAM_LEAST", "MU_FN_LOGS")
@pytest.mark.parametrize(("role", "what"), [(role, what) for role, calls in FORBIDDEN.items() for what in calls])
def test_what_no_statement_allows_is_refused(stage: Stage, as_role: Any, names: Any, role: str, what: str) -> None:
    call = FORBIDDEN[role][what]
    error = outcome(as_role(role), call, names(role))
    assert is_refusal(error, call, stage, name_of(stage, role)), error


@pytest.mark.control("MU_IAM_LEAST")
@pytest.mark.parametrize("role", ALLOWED)
def test_nobody_but_its_service_takes_a_role(stage: Stage, as_role: Any, role: str) -> None:
    for caller in (stage, as_role(OTHER[role])):
        with pytest.raises(ClientError, match="is not authorized to perform: sts:AssumeRole on resource") as refusal:
            caller.client("sts").assume_role(RoleArn=role_arn(stage, name_of(stage, role)), RoleSessionName=SESSION)
        assert refusal.value.response["Error"]["Code"] == "AccessDenied"
