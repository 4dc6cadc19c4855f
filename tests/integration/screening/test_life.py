"""`hallmark down` leaves nothing of a stage: interfaces, the network, records, images and logs go with it."""

from collections.abc import Iterator
from typing import Any

import pytest

from hallmark.stage import Stage
from hallmark.stage.embedded.emulator import Emulator
from hallmark.up import deploy_embedded
from tests.integration.screening.conftest import Kept, Workflow
from tests.integration.screening.contract import transaction
from tests.support.command import Command
from tests.support.leftovers import left

SYSTEM, OTHER = "screening", "prod"
# What screening has nothing of.
NONE_OF = {"buckets", "APIs", "keys", "plans", "mappings", "rules"}


@pytest.fixture
def prod(running_emulator: Emulator) -> Iterator[Stage]:
    """`prod`, beside the stage that the other tests share."""
    yield deploy_embedded(running_emulator, SYSTEM, OTHER, lambda step: None)


@pytest.mark.control("SC_ENV_SEPARATION", "SC_ECR")
def test_down_leaves_nothing_of_a_stage_and_all_of_the_other(
    prod: Stage, stage: Stage, workflow: Workflow, kept: Kept, hallmark: Command
) -> None:
    given, theirs = transaction(), transaction(amount=13)
    name = given["transaction_id"]
    first = workflow.answer(given)
    # The same id, with another content: no conflict, for each stage has its own table.
    assert Workflow(prod).answer({**theirs, "transaction_id": name})["decision"] == "approved"
    there: dict[str, Any] = left(prod)
    assert {kind for kind, names in there.items() if not names} == NONE_OF
    before = left(stage)
    done = hallmark("down", "--system", SYSTEM, "--target", "aws", "--stage", OTHER, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not any(left(prod).values()), left(prod)
    assert left(stage) == before
    record = kept.record(name)
    assert record and workflow.answer(given) == first and record["decision"] == "approved"
