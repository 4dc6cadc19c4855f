"""`hallmark policy` on good and bad templates."""

import json
from pathlib import Path

import pytest

from hallmark import policies
from hallmark.project import CLOUD_ASSEMBLY
from infra.errors import UserError

DEV = CLOUD_ASSEMBLY / "hallmark-realtime-dev.template.json"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("{", "is no JSON"),
        ("a: [", "is no YAML"),
        ("[1, 2]", "is no CloudFormation template"),
        ("just words", "is no CloudFormation template"),
        ("{}", "it has no Resources"),
        ('{"Resources": {}}', "has no resources"),
        ('{"Resources": []}', "it has no Resources"),
        ('{"Resources": {"A": {}}}', "Resources.A has no Type"),
        ('{"Resources": {"A": 5}}', "Resources.A has no Type"),
        ('{"Resources": {"A": {"Type": "T", "Properties": []}}}', "Properties is no object"),
        ('{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "template"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=problem) as raised:
        policies.read(file)
    assert "\n" not in str(raised.value)


def test_a_binary_or_missing_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="is not a text in UTF-8"):
        policies.read(tmp_path / "binary")
    with pytest.raises(UserError, match="cannot be read"):
        policies.read(tmp_path / "missing")


def test_yaml_with_short_forms_is_read_as_json_is(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(
        "AWSTemplateFormatVersion: 2010-09-09\n"
        "Resources:\n"
        "  Q: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub 'q-${AWS::AccountId}'}}\n"
        "  P:\n    Type: AWS::SQS::QueuePolicy\n"
        "    Properties:\n      Queues: [!Ref Q]\n      Arn: !GetAtt Q.Arn\n      Text: !Join ['', [a, !Ref Q]]\n",
        encoding="utf-8",
    )
    read = policies.read(file)["Resources"]["P"]["Properties"]
    assert read["Queues"] == [{"Ref": "Q"}]
    assert read["Arn"] == {"Fn::GetAtt": "Q.Arn"}
    assert read["Text"] == {"Fn::Join": ["", ["a", {"Ref": "Q"}]]}


def test_a_template_of_five_megabytes_is_judged(tmp_path: Path) -> None:
    document = json.loads(DEV.read_text(encoding="utf-8"))
    document["Metadata"]["Filling"] = "x" * 5_000_000
    file = tmp_path / "big.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    assert len(policies.judge(policies.read(file), "realtime")) == len(policies.load("realtime"))


def test_a_template_of_a_system_without_controls_is_told_what_to_do() -> None:
    account = DEV.with_name("hallmark-account-eu-central-1.template.json")
    with pytest.raises(UserError, match=r"account, has no controls of its own; .*: --system realtime$") as raised:
        policies.policy_command([DEV, account], None, None, False)
    assert str(raised.value).startswith(f"{account}: ")
    assert "\n" not in str(raised.value)


def test_a_system_that_is_named_judges_any_template() -> None:
    account = DEV.with_name("hallmark-account-eu-central-1.template.json")
    assert policies.policy_command([account], "realtime", "dev", False) == 1
