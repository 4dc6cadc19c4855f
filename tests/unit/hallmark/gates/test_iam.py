"""The gate iam: grants and uses side by side, and which record counts."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hallmark.gates import iam as gate
from hallmark.iam import findings
from hallmark.iam import usage as usages
from hallmark.iam.comparison import Comparison, compare
from hallmark.iam.grants import Grant, grants_of
from hallmark.iam.usage import Usage, Use
from hallmark.synthesized import Synthesized
from infra.errors import UserError

ACCOUNT = "111122223333"
TABLE = f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/t-dev"
OBJECTS = f"arn:aws:s3:::b-{ACCOUNT}/in/*"


def _template(folder: Path, stage: str, *more: dict[str, Any]) -> Synthesized:
    own = {"Sid": "Own", "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Query"]}
    bucket = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::b-", {"Ref": "AWS::AccountId"}, "/in/*"]]}
    statements = [
        {**own, "Resource": {"Fn::GetAtt": ["Table", "Arn"]}},
        {"Sid": "Store", "Effect": "Allow", "Action": "s3:PutObject", "Resource": bucket},
        {"Sid": "Never", "Effect": "Deny", "Action": "s3:*", "Resource": "*"},
        *more,
    ]
    role = {
        "RoleName": f"reader-{stage}",
        "AssumeRolePolicyDocument": {},
        "Policies": [{"PolicyName": "own", "PolicyDocument": {"Statement": statements}}],
    }
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": f"t-{stage}"}}
    body = {
        "Metadata": {"Hallmark": {"System": "realtime", "Stage": stage}},
        "Resources": {"Table": table, "Role": {"Type": "AWS::IAM::Role", "Properties": role}},
    }
    path = folder / f"{stage}.template.json"
    path.write_text(json.dumps(body))
    return Synthesized(path)


@pytest.fixture
def grants(tmp_path: Path) -> list[Grant]:
    return [grant for stage in ("dev", "prod") for grant in grants_of([_template(tmp_path, stage)], ACCOUNT)]


def _usage(**times: int) -> Usage:
    """How often reader-dev did what: `get`, `query`, `put`; `raw` is an upload elsewhere, `refused` a call refused."""
    uses = {
        "get": Use("reader-dev", "dynamodb:GetItem", TABLE, True),
        "query": Use("reader-dev", "dynamodb:Query", TABLE, True),
        "put": Use("reader-dev", "s3:PutObject", OBJECTS.replace("*", "2026/a.json"), True),
        "raw": Use("reader-dev", "s3:PutObject", OBJECTS.replace("in/*", "raw/a.json"), True),
        "refused": Use("reader-dev", "dynamodb:GetItem", TABLE, False),
        "stranger": Use("test", "dynamodb:Scan", TABLE, True),
    }
    counts = Counter({uses[name]: number for name, number in times.items()})
    return Usage("realtime", {"trunk": "now"}, ACCOUNT, "dev", True, counts)


def _told(comparison: Comparison) -> tuple[list[str], list[str]]:
    never = [finding.rule for _, finding in findings.unused(comparison, "dev")]
    return never, [finding.message for finding in findings.not_granted(comparison, "realtime")]


def test_each_action_on_each_resource_is_a_grant_of_its_own(grants: list[Grant]) -> None:
    dev = [(g.role, g.sid, g.action, g.resource) for g in grants if g.template.stage == "dev"]
    assert dev == [
        ("reader-dev", "Own", "dynamodb:GetItem", TABLE),
        ("reader-dev", "Own", "dynamodb:Query", TABLE),
        ("reader-dev", "Store", "s3:PutObject", OBJECTS),
    ]


def test_a_stream_is_that_of_its_table_whenever_it_was_started(tmp_path: Path) -> None:
    stream = {"Fn::GetAtt": ["Table", "StreamArn"]}
    read = {"Sid": "Read", "Effect": "Allow", "Action": "dynamodb:GetRecords", "Resource": stream}
    (grant,) = (one for one in grants_of([_template(tmp_path, "dev", read)], ACCOUNT) if one.sid == "Read")
    used = f"{TABLE}/stream/2026-11-30T16:00:00.000"
    assert grant.covers(Use("reader-dev", "dynamodb:GetRecords", used, True))
    assert not grant.covers(Use("reader-dev", "dynamodb:GetRecords", used.replace("t-dev", "t-prod"), True))


def test_all_used_is_nothing_to_tell_and_other_stages_need_no_use(grants: list[Grant]) -> None:
    assert _told(compare(grants, _usage(get=1, query=2, put=3))) == ([], [])


def test_what_is_never_used_is_told(grants: list[Grant]) -> None:
    assert _told(compare(grants, _usage(get=1, put=1)))[0] == ["dynamodb:Query"]


@pytest.mark.parametrize("name", ["raw", "refused"])
def test_what_is_not_granted_is_told(grants: list[Grant], name: str) -> None:
    never, missing = _told(compare(grants, _usage(get=1, query=1, put=1, **{name: 4})))
    assert never == []
    assert len(missing) == 1
    assert "(4 times) and has no grant for it" in missing[0]


def test_a_refused_call_uses_no_grant(grants: list[Grant]) -> None:
    assert _told(compare(grants, _usage(query=1, put=1, refused=1)))[0] == ["dynamodb:GetItem"]


def test_roles_of_tests_do_not_count(grants: list[Grant]) -> None:
    assert _told(compare(grants, _usage(get=1, query=1, put=1, stranger=9))) == ([], [])


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(usages, "FOLDER", tmp_path)
    monkeypatch.setattr(usages, "state_of", lambda system: {"trunk": "now"})
    return usages.record_of("realtime")


def _write(revision: str, *systems: str, **line: Any) -> None:
    draft = usages.begin({name: {"trunk": revision} for name in ("realtime", "other")}, ACCOUNT, "dev")
    used = {"role": "reader-dev", "action": "dynamodb:GetItem", "resource": TABLE, "allowed": True, **line}
    with draft.open("a") as lines:
        lines.writelines(json.dumps({**used, "times": times}) + "\n" for times in (1, 41))
    usages.end(draft, systems)


def test_a_record_counts_what_it_was_told_in_several_lines(record: Path) -> None:
    _write("now", "realtime")
    usage = gate.used_here("realtime")
    assert usage is not None
    assert usage.system == "realtime"
    assert usage.times == {Use("reader-dev", "dynamodb:GetItem", TABLE, True): 42}


@pytest.mark.parametrize(("revision", "systems"), [("before", ["realtime"]), ("now", []), ("now", ["other"])])
def test_another_tree_and_tests_that_failed_do_not_count(record: Path, revision: str, systems: list[str]) -> None:
    _write(revision, *systems)
    assert gate.used_here("realtime") is None


def test_one_run_is_the_record_of_every_system_that_passed(record: Path) -> None:
    _write("now", "realtime", "other")
    read = [usages.read(usages.record_of(name)) for name in ("realtime", "other")]
    assert [usage and usage.system for usage in read] == ["realtime", "other"]
    assert sorted(file.name for file in record.parent.iterdir()) == ["other.jsonl", "realtime.jsonl"]


def test_no_record_does_not_count(record: Path) -> None:
    assert gate.used_here("realtime") is None


@pytest.mark.parametrize("text", ["", "{}\n", "no JSON", '{"revision": "now", "account": "1", "stage": "dev"}\n[]\n'])
def test_a_damaged_record_is_told_in_one_line(record: Path, text: str) -> None:
    record.write_text(text)
    with pytest.raises(UserError, match="is not a record of used permissions"):
        gate.used_here("realtime")


def test_an_id_that_is_known_after_deployment_only_is_any(tmp_path: Path) -> None:
    subnet = {"Fn::Sub": "arn:aws:ec2:eu-central-1:${AWS::AccountId}:subnet/${Subnet}"}
    more = {"Sid": "Make", "Effect": "Allow", "Action": "ec2:CreateNetworkInterface", "Resource": subnet}
    template = _template(tmp_path, "dev", more)
    body = json.loads(template.path.read_text())
    body["Resources"]["Subnet"] = {"Type": "AWS::EC2::Subnet"}
    template.path.write_text(json.dumps(body))
    (grant,) = (one for one in grants_of([Synthesized(template.path)], ACCOUNT) if one.sid == "Make")
    arn = f"arn:aws:ec2:eu-central-1:{ACCOUNT}"
    assert grant.covers(Use("reader-dev", "ec2:CreateNetworkInterface", f"{arn}:subnet/subnet-1", True))
    assert not grant.covers(Use("reader-dev", "ec2:CreateNetworkInterface", f"{arn}:security-group/sg-1", True))


@pytest.mark.parametrize("has_api", [True, False])
def test_the_account_s_role_counts_for_a_system_with_an_api(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_api: bool
) -> None:
    own, house = _template(tmp_path, "dev"), _template(tmp_path, "house")
    if has_api:
        own.body["Resources"]["Api"] = {"Type": "AWS::ApiGateway::RestApi", "Properties": {}}
    monkeypatch.setattr(findings, "templates", lambda system: [own])
    monkeypatch.setattr(findings, "house_templates", lambda region: [house])
    roles = {grant.role for grant, _ in findings.compared(_usage()).used}
    assert roles == ({"reader-dev", "reader-house"} if has_api else {"reader-dev"})
