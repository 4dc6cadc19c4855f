"""A second system takes cards and mutants of the library as they are: nothing in them is the first one's."""

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from hallmark import catalogue, policies, waivers
from hallmark.mutants import catalogue as mutant_files
from hallmark.mutants import judgement
from hallmark.mutants.catalogue import Shared
from infra.errors import UserError
from policies.engine.catalogue import CONTROLS, catalogues

STAGES = ("dev", "prod")
ROWS = """\
region: us-east-1
stages: [dev, prod]
controls:
  - {id: OT_MEMORY, policy: functions/memory, parameters: {memory_mb: 256}, proofs: [template]}
  - id: OT_RUNTIME
    policy: functions/runtime
    parameters: {runtime: python3.9, architecture: x86_64}
    proofs: [template]
  - {id: OT_LOGS, policy: functions/logs, parameters: {retention_days: 7}, proofs: [template]}
  - {id: OT_PRIVATE, policy: buckets/private, proofs: [template]}
  - {id: OT_TLS, policy: buckets/tls_only, proofs: [template]}
  - id: OT_TABLES
    policy: tables/on_demand_recoverable
    parameters: {billing_mode: PAY_PER_REQUEST, keeps_data: false}
    proofs: [template]
  - {id: OT_REGION, policy: environment/region, parameters: {region: us-east-1}, proofs: [template]}
  - {id: OT_SEPARATION, policy: environment/separated, proofs: [template]}
  - id: OT_TRACING
    policies: [{use: functions/traced}, {use: queues/secure}]
    proofs: [template]
"""
TRUST = {
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]
}
BLOCKED = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)


def _resources(stage: str, denials: int = 2) -> Iterator[tuple[str, dict[str, Any]]]:
    """Two functions, two buckets, two queues and a table, in another region and of another runtime than the first's."""
    for name in ("one", "two"):
        yield from _function(name, stage)
        yield (
            f"Bucket{name}",
            _of("S3::Bucket", BucketName=f"s3-other-{name}-{stage}", PublicAccessBlockConfiguration=BLOCKED),
        )
        arn = {"Fn::GetAtt": [f"Bucket{name}", "Arn"]}
        whole = [arn, {"Fn::Join": ["", [arn, "/*"]]}]
        statements = [_in_clear("s3:*", whole), _in_clear("s3:PutObject", whole)][:denials]
        document = {"Statement": statements}
        yield f"Tls{name}", _of("S3::BucketPolicy", Bucket={"Ref": f"Bucket{name}"}, PolicyDocument=document)
        yield f"Queue{name}", _of("SQS::Queue", QueueName=f"sqs-other-{name}-{stage}", SqsManagedSseEnabled=True)
        document = {"Statement": [_in_clear("sqs:*", {"Fn::GetAtt": [f"Queue{name}", "Arn"]})]}
        yield f"Send{name}", _of("SQS::QueuePolicy", Queues=[{"Ref": f"Queue{name}"}], PolicyDocument=document)
    recovery = {"PointInTimeRecoveryEnabled": True}
    table = {"TableName": f"dynamodb-other-files-{stage}", "BillingMode": "PAY_PER_REQUEST"}
    yield "Table", _of("DynamoDB::Table", **table, PointInTimeRecoverySpecification=recovery)


def _function(name: str, stage: str) -> Iterator[tuple[str, dict[str, Any]]]:
    group = f"/aws/lambda/lambda-other-{name}-{stage}"
    yield f"Logs{name}", _of("Logs::LogGroup", LogGroupName=group, RetentionInDays=7)
    logs, traces = ["logs:CreateLogStream", "logs:PutLogEvents"], ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    rights = [
        {"Sid": "OwnLogs", "Effect": "Allow", "Action": logs, "Resource": {"Fn::GetAtt": [f"Logs{name}", "Arn"]}},
        {"Sid": "Traces", "Effect": "Allow", "Action": traces, "Resource": "*"},
    ]
    own = [{"PolicyName": "own", "PolicyDocument": {"Statement": rights}}]
    role = f"role-other-{name}-{stage}"
    yield f"Role{name}", _of("IAM::Role", RoleName=role, AssumeRolePolicyDocument=TRUST, Policies=own)
    alerts = {"Fn::Sub": f"arn:aws:sns:us-east-1:${{AWS::AccountId}}:sns-other-alerts-{stage}"}
    yield (
        f"Fn{name}",
        _of(
            "Lambda::Function",
            FunctionName=f"lambda-other-{name}-{stage}",
            Runtime="python3.9",
            Architectures=["x86_64"],
            MemorySize=256,
            TracingConfig={"Mode": "Active"},
            Role={"Fn::GetAtt": [f"Role{name}", "Arn"]},
            LoggingConfig={"LogGroup": {"Ref": f"Logs{name}"}},
            Environment={"Variables": {"STAGE": stage, "ALERTS": alerts}},
        ),
    )


def _of(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _in_clear(action: str, resource: Any) -> dict[str, Any]:
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    return {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource, "Condition": condition}


class Bench:
    """The catalogue of the second system beside the first's, and its templates."""

    def __init__(self, folder: Path) -> None:
        self.templates, self.folder = folder, Path(copytree(CONTROLS, folder / "controls"))

    def __call__(self, rows: str, denials: int = 2) -> judgement.Result:
        """Judge its mutants with these rows."""
        (self.folder / "other.yaml").write_text(rows, encoding="utf-8")
        for stage in STAGES:
            mark = {"Hallmark": {"System": "other", "Stage": stage, "Region": "us-east-1"}}
            body = {"Metadata": mark, "Resources": dict(_resources(stage, denials))}
            (self.templates / f"{stage}.json").write_text(json.dumps(body), encoding="utf-8")
        for cached in (catalogue.load, policies.load, mutant_files.load, catalogues):
            cached.cache_clear()
        return judgement.run("other", None, self.folder)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench, real = Bench(tmp_path), judgement.document_of

    def document_of(system: str, stage: str) -> judgement.Document:
        return policies.read(tmp_path / f"{stage}.json") if system == "other" else real(system, stage)

    monkeypatch.setattr(judgement, "document_of", document_of)
    return bench


def test_the_shared_mutants_are_made_to_its_templates_and_die(run: Bench) -> None:
    result = run(ROWS)
    assert [str(survivor) for survivor in result.survivors] == []
    assert result.killed == result.total > 200


def test_its_own_words_stand_in_them(run: Bench) -> None:
    run(ROWS)
    texts = str(mutant_files.load("other", run.folder))
    for word in ("realtime", "nodejs18.x", "$slug", "$region", "$parameter", "$elsewhere"):
        assert word not in texts
    assert "other-later-$stage" in texts and "'Runtime': 'python3.9'" in texts
    region = next(one for one in mutant_files.load("other", run.folder)["OT_REGION"] if "of another" in one.name)
    assert region.set and region.set.value.startswith("arn:aws:apigateway:ap-southeast-2:")
    # In no stage does it keep its data.
    assert all(not one.when for one in mutant_files.load("other", run.folder)["OT_TABLES"])
    assert "no deletion policy" not in {one.name for one in mutant_files.load("other", run.folder)["OT_TABLES"]}


def test_what_its_rows_do_not_say_comes_from_the_cards(run: Bench) -> None:
    run(ROWS)
    logs = catalogue.load("other", run.folder).control("OT_LOGS")
    assert logs.title == "A log group of its own for every function, 7 days"
    assert "infra/other/functions.py" in catalogue.load("other", run.folder).control("OT_RUNTIME").fix
    assert logs.frameworks == catalogue.load("realtime").control("RT_FN_LOGS").frameworks


def test_a_survivor_names_control_and_policy(run: Bench) -> None:
    survivors = run(ROWS.replace("memory_mb: 256", "memory_mb: 128")).survivors
    assert {survivor.control for survivor in survivors} == {"OT_MEMORY"}
    assert str(survivors[0]).startswith("OT_MEMORY (functions/memory) [dev] unedited: reported Fnone, Fntwo, wanted")


def test_a_mutant_of_a_card_is_put_to_its_policy_alone(run: Bench) -> None:
    wrong = "{use: queues/secure}, {use: functions/memory, parameters: {memory_mb: 1}}"
    survivors = run(ROWS.replace("{use: queues/secure}", wrong)).survivors
    assert {survivor.policy for survivor in survivors if survivor.edit != "unedited"} == {"functions/memory"}
    ones = mutant_files.load("other", run.folder)["OT_TRACING"]
    assert {one.policy for one in ones if isinstance(one, Shared)} == {
        "functions/traced",
        "functions/memory",
        "queues/secure",
    }


def test_each_policy_of_a_control_must_be_seen_to_fail(run: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = judgement.load

    def load(system: str, folder: Path) -> dict[str, Any]:
        found = real(system, folder)
        return {**found, "OT_TRACING": [one for one in found["OT_TRACING"] if one.policy != "queues/secure"]}

    monkeypatch.setattr(judgement, "load", load)
    with pytest.raises(
        UserError, match="OT_TRACING: no mutant is reported by queues/secure: nothing shows that it can"
    ):
        run(ROWS)


def test_a_mutant_that_no_system_has_a_place_for_is_refused(run: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = judgement.load

    def load(system: str, folder: Path) -> dict[str, Any]:
        dead = Shared.model_validate({
            "name": "dead", "policy": "functions/memory", "where": "card:9", "on": {"type": "T"}, "delete": "A",
        })  # fmt: skip
        return {name: (*ones, dead) if name.endswith("MEMORY") else ones for name, ones in real(system, folder).items()}

    run(ROWS)
    monkeypatch.setattr(judgement, "load", load)
    with pytest.raises(UserError, match=r"^card:9: the mutant finds nothing to edit in the templates of any system"):
        run(ROWS)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (
            ROWS.replace("memory_mb: 256}", "memory_mb: 256}, excludes: [{mutant: gone, reason: why}]"),
            r"other\.yaml:4: controls\.0\.excludes: the card of functions/memory has no mutant 'gone'",
        ),
        (
            ROWS.replace("memory_mb: 256}", "memory_mb: 256}, excludes: [{mutant: AWS's default, reason: why}]"),
            r"OT_MEMORY excludes the mutant \"AWS's default\", which does not survive",
        ),
        (
            ROWS + "  - {id: OT_CALLED, policy: events/trace_carried, proofs: [template]}\n",
            "OT_CALLED has a policy but no mutants",
        ),
        (
            ROWS.replace("{memory_mb: 256}", "{memory: 256}"),
            r"other\.yaml:4: controls\.0\.parameters\.memory: the policy",
        ),
        (
            ROWS.replace(", parameters: {memory_mb: 256}", ""),
            r"other\.yaml:4: .*the parameter memory_mb \(int\) is missing",
        ),
    ],
)
def test_what_shows_nothing_is_refused(run: Bench, rows: str, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        run(rows)


def test_an_exclusion_lets_a_mutant_survive(run: Bench) -> None:
    # Of a bucket whose policy has one statement, the bucket is reported when that goes.
    one = "for one statement the bucket is reported"
    rows = ROWS.replace("{id: OT_TLS,", f"{{id: OT_TLS, excludes: [{{mutant: no denial, reason: {one}}}],")
    assert "no denial" in {survivor.edit.partition(" (")[0] for survivor in run(ROWS, denials=1).survivors}
    assert run(rows, denials=1).survivors == []


def test_no_waiver_of_a_tool_covers_it() -> None:
    known = waivers.load()
    for one in (one for one in known.entries if one.tool != "control"):
        kind, resource = one.scope.type, (one.scope.resource or "X").replace("*", "X")
        assert one.scope.system and known.find(one.tool, one.rule, kind, resource, one.scope.stage, one.scope.system)
        assert known.find(one.tool, one.rule, kind, resource, one.scope.stage, "other") is None
