"""`hallmark down` leaves nothing of a stage: files with all versions, records, images, keys and logs go with it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import urllib3

from hallmark.stage import Stage
from hallmark.stage.embedded.emulator import Emulator
from hallmark.up import deploy_embedded
from infra.bank_upload.outputs import Output
from tests.integration.bank_upload.conftest import Bank, Kept
from tests.integration.bank_upload.contract import BANKS, file, new_id, row
from tests.support.command import Command
from tests.support.leftovers import NETWORK, left

SYSTEM, OTHER = "bank_upload", "prod"
# What bank_upload has nothing of.
NONE_OF = {"mappings", "subscriptions"} | NETWORK


@pytest.fixture
def prod(running_emulator: Emulator) -> Iterator[Stage]:
    """`prod`, beside the stage that the other tests share."""
    yield deploy_embedded(running_emulator, SYSTEM, OTHER, lambda step: None)


@pytest.mark.control("BU_DESTROYABLE", "BU_ECR")
def test_down_leaves_nothing_of_a_stage_and_all_of_the_other(
    prod: Stage, stage: Stage, bank: Callable[..., Bank], kept: Kept, hallmark: Command
) -> None:
    ours = bank(BANKS[0]).accepted(file([row(new_id())]))["uploadId"]
    # None of them starts the workflow, whose roles would go before it ends.
    bucket, s3 = prod.outputs[Output.FILES_BUCKET], prod.client("s3")
    for content in (b"1", b"2"):
        s3.put_object(Bucket=bucket, Key="uploads/a", Body=content, ServerSideEncryption="aws:kms")
    s3.delete_object(Bucket=bucket, Key="uploads/a")
    address = prod.api_address(prod.outputs[Output.API_ID])
    assert urllib3.request("POST", f"{address}/upload", body=b"").status == 403
    there: dict[str, Any] = left(prod)
    assert {kind for kind, names in there.items() if not names} == NONE_OF
    before = left(stage)
    done = hallmark("down", "--system", SYSTEM, "--target", "aws", "--stage", OTHER, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not any(left(prod).values()), left(prod)
    assert left(stage) == before
    assert kept.ended(ours)["status"] == "done"
