"""Physical names: the two forms, and what AWS refuses."""

import pytest

from infra.errors import UserError
from infra.names import LIMITS, Names
from infra.systems import System

NEW = Names("card_vault", "dev", System("card_vault", "CV", "us-east-1", "a system"))
ACCOUNT = "${AWS::AccountId}"


def test_realtime_keeps_its_form():
    names = Names("realtime", "dev")
    assert names.of("ingest_processor", "lambda") == "realtime-ingest_processor-dev"
    assert names.of("ingest_processor") == "realtime-ingest_processor-dev"
    assert names.bucket("processed", ACCOUNT) == f"realtime-processed-dev-{ACCOUNT}"


def test_other_systems_write_their_type_in_front_and_no_underscore():
    assert NEW.of("api_handler", "lambda") == "lambda-card-vault-api-handler-dev"
    assert NEW.bucket("files", ACCOUNT) == f"s3-card-vault-files-{ACCOUNT}-dev"
    with pytest.raises(ValueError, match="need a kind"):
        NEW.of("api_handler")


@pytest.mark.parametrize("kind", LIMITS)
def test_a_name_over_its_limit_is_refused_in_one_line(kind):
    rest = len(NEW.bucket("", "0" * 12) if kind == "s3" else NEW.of("", kind))

    def name(length):
        purpose = "x" * (length - rest)
        return NEW.bucket(purpose, ACCOUNT) if kind == "s3" else NEW.of(purpose, kind)

    assert name(LIMITS[kind])
    with pytest.raises(UserError, match=rf"has {LIMITS[kind] + 1} characters, AWS allows {LIMITS[kind]} for a {kind}"):
        name(LIMITS[kind] + 1)
