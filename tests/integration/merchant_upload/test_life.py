"""`hallmark down` leaves nothing of a stage: files with all their versions, records, keys and logs go with it."""

from collections.abc import Callable, Iterator

import pytest
import urllib3

from hallmark import deploy
from hallmark.stage import Stage, embedded
from hallmark.stage.embedded import stage_of
from hallmark.stage.embedded.emulator import Emulator
from infra.merchant_upload.outputs import Output
from tests.support.command import Command
from tests.support.leftovers import NETWORK, left

SYSTEM, OTHER = "merchant_upload", "prod"
# What merchant_upload has nothing of.
NONE_OF = {"rules", "machines", "repositories"} | NETWORK


@pytest.fixture
def prod(running_emulator: Emulator, stage: Stage) -> Iterator[Stage]:
    """`prod`, beside the stage that the other tests share."""
    deploy.deploy(SYSTEM, OTHER, embedded.environment(running_emulator, stage.region))
    yield stage_of(running_emulator, SYSTEM, OTHER)


@pytest.mark.control("MU_DESTROYABLE")
def test_down_leaves_nothing_of_a_stage_and_all_of_the_other(
    prod: Stage, stage: Stage, merchant: Callable[..., object], hallmark: Command
) -> None:
    bucket, s3 = prod.outputs[Output.FILES_BUCKET], prod.client("s3")
    for content in (b"1", b"2"):
        s3.put_object(Bucket=bucket, Key="uploads/a.csv", Body=content, ServerSideEncryption="aws:kms")
    s3.delete_object(Bucket=bucket, Key="uploads/a.csv")
    address = prod.api_address(prod.outputs[Output.API_ID])
    assert urllib3.request("POST", f"{address}/upload", body="{}").status == 403
    assert {kind for kind, names in left(prod).items() if not names} == NONE_OF
    before = left(stage)
    done = hallmark("down", "--system", SYSTEM, "--target", "aws", "--stage", OTHER, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not any(left(prod).values()), left(prod)
    assert left(stage) == before
