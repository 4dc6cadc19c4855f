"""`hallmark policy --catalogue`: files and folders, waivers, outputs, exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from hallmark.cli import run
from hallmark.judging.command import catalogue_command
from infra.errors import UserError
from tests.unit.hallmark.judging.templates import BASELINE, BUCKET, written

GOOD = {"Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30}}}}
YAML = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello: {Type: AWS::Serverless::Function}
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub "orders-${AWS::Region}"
      BillingMode: PROVISIONED
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
"""


def _json(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    code = run(["policy", *words, "--catalogue", BASELINE, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_finding_has_its_place_and_its_fix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(written(tmp_path, BUCKET))
    code, (entry,) = _json(capsys, file)
    assert code == 1
    assert (entry["template"], entry["catalogue"]) == (file, BASELINE)
    (private,) = (one for one in entry["controls"] if one["id"] == "BUCKET_PRIVATE")
    assert (private["verdict"], private["severity"]) == ("failed", "critical")
    assert private["findings"][0]["path"] == "PublicAccessBlockConfiguration.BlockPublicAcls"
    assert "infra/" not in private["findings"][0]["fix"]


def test_without_a_finding_the_exit_code_is_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogue_command([written(tmp_path, GOOD)], BASELINE) == 0
    assert capsys.readouterr().out.endswith(": 1 control proved, 0 failed, 22 not applicable, 0 findings\n")


def test_what_a_macro_makes_is_said_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, YAML, "template.yaml")
    assert catalogue_command([file], BASELINE) == 1
    out = capsys.readouterr().out
    assert "limit  Hello Type  AWS::Serverless::Function\n    AWS::Serverless::Function: it cannot be judged\n" in out
    assert "TABLE_RECOVERABLE  failed" in out
    assert "Hello Runtime" not in out


def test_only_the_named_rows_count(tmp_path: Path) -> None:
    file = written(tmp_path, BUCKET)
    assert catalogue_command([file], BASELINE, controls=["DATA_ENCRYPTED"]) == 0
    assert catalogue_command([file], BASELINE, controls=["DATA_ENCRYPTED", "BUCKET_TLS"]) == 1
    with pytest.raises(
        UserError, match=r"^the catalogue serverless-baseline has no row BUCKET_TSL: did you mean BUCKET_TLS"
    ):
        catalogue_command([file], BASELINE, controls=["BUCKET_TSL"])


def test_a_folder_is_judged_at_any_depth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, BUCKET, "a/b/bucket.json")
    written(tmp_path, YAML, "a/table.yml")
    for name in ("node_modules/x.json", ".hidden/x.json", "a/package.json", "a/values.yaml"):
        written(tmp_path, BUCKET if "x.json" in name else {"Resources": [], "name": "x"}, name)
    code, entries = _json(capsys, str(tmp_path))
    assert code == 1
    assert [Path(entry["template"]).name for entry in entries] == ["table.yml", "bucket.json"]


def test_a_broken_template_in_a_folder_is_said_and_the_others_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, GOOD, "good.json")
    written(tmp_path, 'Resources:\n  A: {Type: "AWS::S3::Bucket"\n', "bad.yaml")
    assert catalogue_command([tmp_path], BASELINE) == 2
    said = capsys.readouterr()
    assert "good.json: 1 control proved" in said.out
    assert said.err.startswith(f"{tmp_path / 'bad.yaml'}: is not YAML: ")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"Resources": {}}', "has no resources"),
        ('{"Resources": {"A": {}}}', "Resources.A has no Type"),
        ('{"Conditions": {"A": {"Fn::Equals": ["a", "b"]}}}', "it has no Resources"),
        ("", "is empty"),
    ],
)
def test_what_is_no_template_is_one_line(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(UserError, match=problem) as raised:
        catalogue_command([written(tmp_path, text)], BASELINE)
    assert "\n" not in str(raised.value)


def test_a_folder_without_a_template_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no template: name a folder with CloudFormation templates"):
        catalogue_command([tmp_path], BASELINE)


def test_templates_together_say_whose_a_finding_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alarm = {
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": {"Fn::ImportValue": "fn"}}],
        "AlarmActions": ["arn:aws:sns:eu-west-1:123456789012:t"],
    }
    fn = {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "handler"}}
    outputs = {"N": {"Value": {"Ref": "F"}, "Export": {"Name": "fn"}}}
    files = [
        written(tmp_path, {"Resources": {"F": fn}, "Outputs": outputs}, "a.json"),
        written(tmp_path, {"Resources": {"A": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm}}}, "b.json"),
    ]  # fmt: skip
    assert catalogue_command(files, BASELINE, controls=["ALARMS"]) == 1
    assert catalogue_command(files, BASELINE, controls=["ALARMS"], together=True) == 0
    capsys.readouterr()
    _, (entry,) = _json(capsys, *map(str, files), "--together")
    assert entry["templates"] == [*map(str, files)]
    assert {f["template"] for one in entry["controls"] for f in one["findings"]} == {str(files[0])}


WAIVER = "  - {{rule: {rule}, scope: {{{scope}}}, reason: a public site, owner: web team, expires: {day}}}\n"


def _waivers(folder: Path, *rows: tuple[str, str, str]) -> Path:
    lines = "".join(WAIVER.format(rule=rule, scope=scope, day=day) for rule, scope, day in rows)
    return written(folder, f"waivers:\n{lines}", "waivers.yaml")


TYPE = 'type: "AWS::S3::Bucket"'


def test_a_waiver_accepts_and_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, BUCKET)
    some = _waivers(tmp_path, ("BUCKET_TLS", TYPE, "2027-06-30"))
    assert catalogue_command([file], BASELINE, waivers=some) == 1
    assert "BUCKET_TLS  waived" in capsys.readouterr().out
    rows = (("BUCKET_TLS", "resource: Files", "2027-06-30"), ("BUCKET_PRIVATE", TYPE, "2027-06-30"))
    code = run(["policy", str(file), "--catalogue", BASELINE, "--json", "--waivers", str(_waivers(tmp_path, *rows))])
    (entry,) = json.loads(capsys.readouterr().out)
    assert code == 0
    waived = [f["waived"] for one in entry["controls"] for f in one["findings"]]
    assert len(waived) == 6
    assert waived[0]["reason"] == "a public site"


def test_a_limit_is_waived_by_its_rule(tmp_path: Path) -> None:
    file = written(tmp_path, {"Resources": {"S": {"Type": "AWS::CloudFormation::Stack"}}})
    assert catalogue_command([file], BASELINE) == 1
    assert catalogue_command([file], BASELINE, waivers=_waivers(tmp_path, ("LIMIT", "resource: S", "2027-06-30"))) == 0


def test_expired_and_unused_waivers_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = (("BUCKET_TLS", TYPE, "2020-01-01"), ("FN_RUNTIME", "resource: Gone", "2027-06-30"))
    assert catalogue_command([written(tmp_path, BUCKET)], BASELINE, waivers=_waivers(tmp_path, *rows)) == 1
    said = capsys.readouterr()
    assert "BUCKET_TLS  failed" in said.out
    expired, unused = said.err.splitlines()
    assert expired.endswith(
        "waivers.yaml:2: the waiver of BUCKET_TLS expired on 2020-01-01: mend what it waived, or renew it"
    )
    assert unused.endswith("waivers.yaml:3: nothing here needs the waiver of FN_RUNTIME")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (("NOTHING", TYPE, "2027-06-30"), "the catalogue has no row NOTHING; it has ALARMS"),
        (("BUCKET_TLS", "", "2027-06-30"), "too wide"),
        (("BUCKET_TLS", "resource: '*'", "2027-06-30"), "too wide"),
        (("BUCKET_TLS", TYPE, "2999-01-01"), "too long"),
        (("BUCKET_TLS", TYPE, "soon"), "must be a date"),
    ],
)
def test_a_wrong_waiver_is_one_line(tmp_path: Path, row: tuple[str, str, str], problem: str) -> None:
    with pytest.raises(UserError, match=problem) as raised:
        catalogue_command([written(tmp_path, BUCKET)], BASELINE, waivers=_waivers(tmp_path, row))
    assert "waivers.yaml:2: " in str(raised.value)
    assert "\n" not in str(raised.value)


def test_sarif_points_at_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = [written(Path(), YAML, "stacks/my table.yaml"), written(Path(), {**BUCKET}, "bucket.json")]
    waivers = _waivers(tmp_path, ("BUCKET_TLS", TYPE, "2027-06-30"))
    catalogue_command(files, BASELINE, sarif=Path("out/found.sarif"), waivers=waivers)
    (made,) = json.loads(Path("out/found.sarif").read_text(encoding="utf-8"))["runs"]
    rules = [one["id"] for one in made["tool"]["driver"]["rules"]]
    results = {one["ruleId"]: one for one in made["results"]}
    table = results["TABLE_RECOVERABLE"]["locations"][0]["physicalLocation"]
    assert table == {
        "artifactLocation": {"uri": "stacks/my%20table.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 9},
    }
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in made["results"])
    assert results["LIMIT"]["level"] == "warning"
    assert results["BUCKET_TLS"]["suppressions"] == [{"kind": "external", "justification": "a public site"}]
    assert "suppressions" not in results["BUCKET_PRIVATE"]


def test_sarif_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        catalogue_command([written(tmp_path, BUCKET)], BASELINE, sarif=tmp_path)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--catalogue", BASELINE], "--catalogue judges templates by themselves: name some"),
        (["x.json", "--catalogue", BASELINE, "--system", "realtime"], "without --system and --stage"),
        (["x.json", "--waivers", "w.yaml"], "--waivers and --sarif are for --catalogue"),
        (["x.json", "--list"], "--list and --explain stand alone"),
        (["--list", "--explain", "x"], "--list and --explain stand alone"),
    ],
)
def test_options_that_do_not_go_together(words: list[str], problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        run(["policy", *words])


TOPICS = "controls:\n- {id: TOPIC, policy: topics/subscribed, parameters: {topics: {alerts: []}}}\n"
PARTS = "parts: {topics: {alerts: {not_notified_by: alarms}}}\n"


def test_a_part_that_the_catalogue_does_not_declare_is_its_mistake(tmp_path: Path) -> None:
    topic = written(tmp_path, {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}})
    own = written(tmp_path, TOPICS, "own.yaml")
    with pytest.raises(
        UserError, match=r"own\.yaml: TOPIC: topics/subscribed: .* plays alerts: declare it under `parts`$"
    ):
        catalogue_command([topic], str(own))
    assert catalogue_command([topic], str(written(tmp_path, PARTS + TOPICS, "with.yaml"))) == 0


def test_what_a_row_names_must_be_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = "controls:\n- {id: STREAM, policy: tables/stream, parameters: {tables: {orders: NEW_IMAGE}}}\n"
    own = str(written(tmp_path, row, "own.yaml"))
    assert catalogue_command([written(tmp_path, {"Resources": {"T": {"Type": "AWS::DynamoDB::Table"}}})], own) == 1
    assert "found   0 tables orders" in capsys.readouterr().out
    assert catalogue_command([written(tmp_path, BUCKET)], own) == 0
