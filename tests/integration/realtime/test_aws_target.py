"""`--target aws`: a stage that is known only by what boto3 finds, here an endpoint in the environment."""

from typing import Any

import pytest

from hallmark.stage import Stage
from hallmark.systems.realtime.api import key


def test_aws_is_never_the_default(hallmark: Any) -> None:
    done = hallmark("status")
    assert done.returncode == 1
    assert "no embedded stage is running" in done.stdout


def test_status(hallmark: Any, stage: Stage) -> None:
    done = hallmark("status", "--target", "aws", "--stage", "dev")
    assert done.returncode == 0, done.stderr
    assert "dev (aws)" in done.stdout
    assert key(stage) not in done.stdout + done.stderr


@pytest.mark.control("RT_NO_LOSS")
def test_send_reconciles_its_ledger(hallmark: Any, stage: Stage) -> None:
    done = hallmark("send", "--generate", "60", "--seed", "4711", "--target", "aws", "--drain-buffer")
    assert done.returncode == 0, done.stdout + done.stderr
    assert key(stage) not in done.stdout + done.stderr


def test_the_rules_are_published_once(hallmark: Any) -> None:
    done = hallmark("rules", "publish", "--target", "aws")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("unchanged") == 5


def test_up_deploys_and_keeps_the_key_to_itself(hallmark: Any, stage: Stage) -> None:
    done = hallmark("up", "--target", "aws", "--system", "realtime")
    assert done.returncode == 0, done.stderr
    assert "get-api-key" in done.stdout
    assert key(stage) not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        (("status", "--target", "aws", "--stage", "prod"), None, "stage prod is not deployed"),
        (("send", "--generate", "1"), None, "no embedded stage is running: run `hallmark up"),
        (("send", "--target", "aws"), None, "name a file or use --generate N"),
        (("up", "--target", "aws"), {"HALLMARK_SYSTEM": ""}, "on AWS name the system"),
        (("down", "--target", "aws"), {"HALLMARK_SYSTEM": ""}, "on AWS name the system"),
        (("down", "--target", "aws", "--system", "realtime"), None, "name the stage to destroy"),
        (("status", "--system", "other"), None, "there is no system 'other'"),
        (
            ("status", "--target", "aws"),
            {"AWS_DEFAULT_REGION": "eu-central-1", "AWS_CONFIG_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true"},
            "no AWS credentials were found",
        ),
    ],
)
def test_a_users_error_is_one_line(hallmark: Any, arguments: Any, environment: Any, message: str) -> None:
    done = hallmark(*arguments, environment=environment)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
