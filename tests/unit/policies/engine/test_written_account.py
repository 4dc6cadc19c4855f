"""A template may write its account's number, if it writes no other and never asks for one."""

from typing import Any

import pytest

from tests.unit.policies.edited import Edited

OURS = "111122223333"
ASKED = {"Ref": "AWS::AccountId"}


def _written(value: Any) -> Any:
    if value == ASKED:
        return OURS
    if isinstance(value, dict):
        return {key: _written(item) for key, item in value.items()}
    return [_written(item) for item in value] if isinstance(value, list) else value


@pytest.fixture
def written(edited: Edited) -> Edited:
    edited.resources = _written(edited.resources)
    return edited


def test_the_one_number_is_the_accounts(written: Edited) -> None:
    assert written.findings("RT_IAM_LEAST", "RT_TARGET_DLQ", "RT_RULE_FANOUT", "RT_AUDIT_RETENTION") == []


def test_twelve_digits_in_a_hash_are_no_account(written: Edited) -> None:
    written.find("AWS::Lambda::Function")["Code"]["S3Key"] = f"{'ab' * 13}999999999999{'cd' * 13}.zip"
    assert written.findings("RT_IAM_LEAST") == []


@pytest.mark.parametrize("account", ["999999999999", ASKED])
def test_beside_another_it_may_be_a_strangers(written: Edited, account: Any) -> None:
    written.find("AWS::Lambda::Permission")["SourceAccount"] = account
    assert written.findings("RT_RULE_FANOUT") != []


def test_a_single_number_in_a_template_that_asks_is_not_ours(edited: Edited) -> None:
    edited.find("AWS::Lambda::Permission", _is_for_a_rule)["SourceAccount"] = OURS
    assert edited.findings("RT_RULE_FANOUT") != []


def _is_for_a_rule(raw: dict[str, Any]) -> bool:
    return bool(raw["Properties"]["Principal"] == "events.amazonaws.com")
