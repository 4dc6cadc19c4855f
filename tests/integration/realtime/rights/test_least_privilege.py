"""Each role may do what its statements say, and nothing beside: every call is made with the role's own session."""

from functools import cache
from typing import Any

import pytest

from hallmark.stage import Stage
from infra.realtime.outputs import Output
from tests.integration.realtime.rights.calls import ALLOWED, FORBIDDEN
from tests.integration.realtime.rights.role_session import name_of, names_for
from tests.support.rights import Call, assume, is_refusal, outcome, refuses_to_be_taken, take_back


@pytest.fixture(scope="session")
def as_role(stage: Stage) -> Any:
    """The stage as a role sees it."""
    return cache(lambda role: assume(stage, name_of(stage, role)))


@pytest.mark.control("RT_IAM_LEAST")
@pytest.mark.parametrize(("role", "call"), [(role, call) for role, calls in ALLOWED.items() for call in calls], ids=str)
def test_what_a_statement_allows_is_done(stage: Stage, as_role: Any, role: str, call: Call) -> None:
    error = outcome(as_role(role), call, names_for(stage, role))
    assert error.get("Code") in (None, call.code), error
    if call.service == "sqs":
        take_back(stage, stage.outputs[Output.FAILURE_QUEUE_URL])


@pytest.mark.control("RT_IAM_LEAST", "RT_BUCKET_ENCRYPTED", "RT_BUCKET_TLS", "RT_QUEUE_SECURE", "RT_FN_LOGS")
@pytest.mark.parametrize(("role", "what"), [(role, what) for role, calls in FORBIDDEN.items() for what in calls])
def test_what_no_statement_allows_is_refused(stage: Stage, as_role: Any, role: str, what: str) -> None:
    call = FORBIDDEN[role][what]
    error = outcome(as_role(role), call, names_for(stage, role))
    assert is_refusal(error, call, stage, name_of(stage, role)), error


@pytest.mark.control("RT_IAM_LEAST")
@pytest.mark.parametrize("role", ALLOWED)
def test_nobody_but_its_service_takes_a_role(stage: Stage, as_role: Any, role: str) -> None:
    stranger = as_role(next(other for other in ALLOWED if other != role))
    refuses_to_be_taken(stage, name_of(stage, role), stage, stranger)
