"""Each role may do what its statements say, and nothing beside: every call is made with the role's own session."""

from functools import cache
from typing import Any

import pytest

from hallmark.naming import physical
from hallmark.stage import Stage
from tests.integration.screening.rights.calls import ALLOWED, FORBIDDEN
from tests.support.rights import Call, account_of, assume, is_refusal, outcome, refuses_to_be_taken, take_back

# Whose logs a role tries to write.
OTHER = {role: "compliance-checking" if role == "validation" else "validation" for role in ALLOWED}


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
    same = {**stage.outputs, "account": account_of(stage), "stage": stage.name}
    return lambda role: {**same, "role": role, "other": OTHER[role]}


@pytest.mark.control("SC_IAM_LEAST")
@pytest.mark.parametrize(("role", "call"), [(role, call) for role, calls in ALLOWED.items() for call in calls], ids=str)
def test_what_a_statement_allows_is_done(stage: Stage, as_role: Any, names: Any, role: str, call: Call) -> None:
    error = outcome(as_role(role), call, names(role))
    assert error.get("Code") in (None, call.code), error
    if call.service == "sqs":
        take_back(stage, call.arguments["QueueUrl"].format_map(names(role)))


@pytest.mark.control("SC_IAM_LEAST", "SC_TOPIC", "SC_FN_LOGS", "SC_TABLE")
@pytest.mark.parametrize(("role", "what"), [(role, what) for role, calls in FORBIDDEN.items() for what in calls])
def test_what_no_statement_allows_is_refused(stage: Stage, as_role: Any, names: Any, role: str, what: str) -> None:
    call = FORBIDDEN[role][what]
    error = outcome(as_role(role), call, names(role))
    assert is_refusal(error, call, stage, name_of(stage, role)), error


@pytest.mark.control("SC_IAM_LEAST")
@pytest.mark.parametrize("role", ALLOWED)
def test_nobody_but_its_service_takes_a_role(stage: Stage, as_role: Any, role: str) -> None:
    refuses_to_be_taken(stage, name_of(stage, role), stage, as_role(OTHER[role]))
