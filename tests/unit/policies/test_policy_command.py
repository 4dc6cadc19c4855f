"""`hallmark policy` on good and bad templates."""

import json
from pathlib import Path

import pytest

from hallmark import policies
from hallmark.policy_command import policy_command
from hallmark.project import CLOUD_ASSEMBLY
from infra.errors import UserError
from infra.systems import SYSTEMS, System
from policies.engine.judgement import judgements

DEV = CLOUD_ASSEMBLY / "hallmark-realtime-dev.template.json"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("{", "is not JSON"),
        ("a: [", "is not YAML"),
        ("[1, 2]", "is not a CloudFormation template"),
        ("just words", "is not a CloudFormation template"),
        ("{}", "it has no Resources"),
        ('{"Resources": {}}', "has no resources"),
        ('{"Resources": []}', "it has no Resources"),
        ('{"Resources": {"A": {}}}', "Resources.A has no Type"),
        ('{"Resources": {"A": 5}}', "Resources.A has no Type"),
        ('{"Resources": {"A": {"Type": "T", "Properties": []}}}', "Properties is not an object"),
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
    wanted = r"account, has no controls of its own; .*: --system (?:.+ or )?realtime(?: or .+)?$"
    with pytest.raises(UserError, match=wanted) as raised:
        policy_command([DEV, account], None, None, False)
    assert str(raised.value).startswith(f"{account}: ")
    assert "\n" not in str(raised.value)


def test_a_system_that_is_named_judges_any_template() -> None:
    assert policy_command([DEV.with_name("hallmark-account-eu-central-1.template.json")], "realtime", "dev", False) == 1


UNMARKED = {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "foreign"}}}}


def test_an_unmarked_template_is_told_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "foreign.json"
    file.write_text(json.dumps(UNMARKED), encoding="utf-8")
    wanted = r"foreign\.json: its system cannot .*: --system (?:.+ or )?realtime(?: or .+)?$"
    with pytest.raises(UserError, match=wanted) as raised:
        policy_command([file], None, None, False)
    assert "\n" not in str(raised.value)
    with pytest.raises(UserError, match="no catalogue for the system 'other'"):
        policy_command([file], "other", None, False)


@pytest.mark.parametrize("mark", [None, [], {}])
@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_a_template_without_our_mark_is_judged_as_it_would_be_with_it(
    system: System, mark: object, tmp_path: Path
) -> None:
    files: list[Path] = []
    for name in system.stack_names("dev"):
        files.append(tmp_path / f"{name}.json")
        document = json.loads((CLOUD_ASSEMBLY / f"{name}.template.json").read_text(encoding="utf-8"))
        document["Metadata"] = {} if mark is None else {"Hallmark": mark}
        files[-1].write_text(json.dumps(document), encoding="utf-8")
    assert policy_command(files, None, None, False, together=len(files) > 1) == 0


def test_an_unmarked_template_is_in_the_region_of_its_system() -> None:
    document = json.loads(DEV.read_text(encoding="utf-8"))
    region = {"Fn::Sub": "${AWS::Region}"}
    assert policies.template_of(document, "realtime").text(region) == "eu-central-1"
    document["Metadata"]["Hallmark"]["Region"] = "us-east-1"
    assert policies.template_of(document, "realtime").text(region) == "us-east-1"


def test_where_a_control_has_several_policies_the_finding_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "realtime.yaml").write_text(
        "region: eu-central-1\nstages: [dev, prod]\ncontrols:\n"
        "- {id: RT_TWO, title: Two, fix: Mend it., policies: [{use: functions/traced}, {use: queues/secure}]}\n"
        "- {id: RT_ONE, title: One, fix: Mend it., policy: functions/traced}\n",
        encoding="utf-8",
    )
    found = judgements("realtime", tmp_path)
    monkeypatch.setattr(policies, "load", lambda system: found)
    file = tmp_path / "topic.json"
    file.write_text('{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}', encoding="utf-8")
    assert policy_command([file], "realtime", "dev", False) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines if line.startswith("    policy")] == [
        "functions/traced",
        "queues/secure",
    ]
    assert policy_command([file], "realtime", "dev", True) == 1
    (result,) = json.loads(capsys.readouterr().out)
    assert [one["policy"] for control in result["controls"] for one in control["findings"]] == [
        "functions/traced",
        "queues/secure",
        "functions/traced",
    ]


def test_only_the_named_controls_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(DEV.read_text(encoding="utf-8"))
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"]["MemorySize"] = 128
    file = tmp_path / "small.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    assert policy_command([file], None, None, True, controls=["RT_FN_TRACING"]) == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert [control["id"] for control in result["controls"]] == ["RT_FN_TRACING"]
    assert policy_command([file], None, None, False, controls=["RT_FN_TRACING", "RT_FN_MEMORY"]) == 1
    assert capsys.readouterr().out.endswith(f"{file}: 1 control proved, 1 failed, 3 findings\n")
    with pytest.raises(UserError, match=r"^no policy of realtime judges RT_NONE here: name a control of "):
        policy_command([file], None, None, False, controls=["RT_NONE"])
