"""Each role may do what its statements say, and nothing beside: every call is made with the role's own session."""

from typing import Any

import pytest

from hallmark.stage import Stage
from infra.merchant_upload.outputs import Output
from tests.integration.merchant_upload.rights.calls import ALLOWED, FORBIDDEN
from tests.support.rights import Call, is_refusal, outcome, refuses_to_be_taken, role_name, take_back

OTHER = {"api-handler": "validation", "validation": "anomaly-detection", "anomaly-detection": "api-handler"}


@pytest.fixture(scope="session")
def more_names(stage: Stage) -> dict[str, str]:
    """The table's stream, whose name has a time in it."""
    table = stage.client("dynamodb").describe_table(TableName=stage.outputs[Output.TRANSACTIONS_TABLE])["Table"]
    return {"Stream": table["LatestStreamArn"]}


@pytest.mark.control("MU_IAM_LEAST")
@pytest.mark.parametrize(("role", "call"), [(role, call) for role, calls in ALLOWED.items() for call in calls], ids=str)
def test_what_a_statement_allows_is_done(stage: Stage, as_role: Any, names: Any, role: str, call: Call) -> None:
    error = outcome(as_role(role), call, names(role, OTHER[role]))
    assert error.get("Code") in (None, call.code), error
    if call.service == "sqs":
        take_back(stage, call.arguments["QueueUrl"].format_map(names(role, OTHER[role])))


@pytest.mark.control("MU_IAM_LEAST", "MU_FN_LOGS")
@pytest.mark.parametrize(("role", "what"), [(role, what) for role, calls in FORBIDDEN.items() for what in calls])
def test_what_no_statement_allows_is_refused(stage: Stage, as_role: Any, names: Any, role: str, what: str) -> None:
    call = FORBIDDEN[role][what]
    error = outcome(as_role(role), call, names(role, OTHER[role]))
    assert is_refusal(error, call, stage, role_name(stage, role)), error


@pytest.mark.control("MU_IAM_LEAST")
@pytest.mark.parametrize("role", ALLOWED)
def test_nobody_but_its_service_takes_a_role(stage: Stage, as_role: Any, role: str) -> None:
    refuses_to_be_taken(stage, role_name(stage, role), stage, as_role(OTHER[role]))
