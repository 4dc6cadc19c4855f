"""Code is as built by its hash; a version that is served with other settings is judged as a function, and only once."""

from typing import Any

import pytest

from policies.engine.services.code import key_of
from policies.engine.services.versions import whole_functions
from policies.engine.template.template import Template
from tests.support.code_hashes import BUILT, KEY, OTHER, OTHER_KEY
from tests.unit.policies.small import Document, found

ARN = "arn:aws:lambda:us-east-1:111122223333:function:judge"


def _function(name: str, code: str, **facts: str) -> Document:
    own = {"FunctionName": name, "Code": {"S3Key": code}, "MemorySize": 512, "ReservedConcurrentExecutions": 10}
    own |= {"Role": {"Fn::GetAtt": ["Role", "Arn"]}, "LoggingConfig": {"LogGroup": {"Ref": "Logs"}}}
    return {"Type": "AWS::Lambda::Function", "Properties": own, "Metadata": {"Hallmark": facts}}


def _version(code: str, number: str = "1") -> Document:
    own = {"FunctionName": "judge", "CodeSha256": code}
    return {"Type": "AWS::Lambda::Version", "Properties": own, "Metadata": {"Hallmark": {"Version": number}}}


def _observed(**resources: Document) -> Document:
    """A stage as it is read back: a function, its version, and the alias that its caller names."""
    alias = {"FunctionName": "judge", "Name": "live", "FunctionVersion": {"Fn::GetAtt": ["One", "Version"]}}
    caller = {"FunctionName": f"{ARN}:live", "EventSourceArn": "arn:aws:sqs:us-east-1:111122223333:in"}
    mark = {"System": "vault", "Stage": "dev", "Region": "us-east-1", "Account": "111122223333"}
    own: Document = {
        "Judge": _function("judge", KEY, Code=KEY),
        "One": _version(BUILT),
        "Live": {"Type": "AWS::Lambda::Alias", "Properties": alias},
        "Reader": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": caller},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "judge"}},
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "judge", "RetentionInDays": 30}},
    }
    return {"Metadata": {"Hallmark": mark}, "Resources": {**own, **resources}}


def _reported(document: Document) -> list[tuple[str, str]]:
    return [(one.resource, one.path) for one in found("functions/code_as_built", document)]


def test_a_stage_that_runs_what_was_built() -> None:
    assert _reported(_observed()) == []


@pytest.mark.parametrize(
    ("resources", "reported"),
    [
        ({"Judge": _function("judge", OTHER_KEY, Code=KEY)}, [("Judge", "Code.S3Key")]),
        ({"One": _version(OTHER)}, [("One", "CodeSha256")]),
        ({"JudgeVersion1": _function("judge:1", OTHER_KEY, Code=KEY)}, [("JudgeVersion1", "Code.S3Key")]),
        # Without a word on what was built, code and versions must be of one build.
        ({"Judge": _function("judge", OTHER_KEY)}, [("One", "CodeSha256")]),
    ],
)
def test_other_code_is_reported_where_it_is(resources: dict[str, Any], reported: list[tuple[str, str]]) -> None:
    assert _reported(_observed(**resources)) == reported


@pytest.mark.parametrize(("number", "reported"), [("1", []), ("11", [("Reader", "FunctionName")])])
def test_a_caller_of_a_version_calls_one_whose_code_is_known(number: str, reported: list[tuple[str, str]]) -> None:
    document = _observed()
    document["Resources"]["Reader"]["Properties"]["FunctionName"] = f"{ARN}:{number}"
    assert _reported(document) == reported


@pytest.mark.parametrize("text", ["", "latest", "AAAA", BUILT[:-2], "é"])
def test_a_text_that_is_no_hash_names_no_archive(text: str) -> None:
    assert key_of(text) is None


def test_a_version_is_judged_by_its_settings_and_shares_what_is_its_functions() -> None:
    own = _function("judge:1", KEY, Code=KEY)
    own["Properties"]["MemorySize"] = 128
    document = _observed(JudgeVersion1=own)
    assert [one.logical_id for one in whole_functions(Template(document))] == ["Judge"]
    assert [one.resource for one in found("functions/memory", document, memory_mb=512)] == ["JudgeVersion1"]
    assert found("functions/reserved", document, default=10, stage_total=10) == []
    shared = [one for policy in ("functions/logs", "iam/least_privilege") for one in _shared(policy, document)]
    assert shared == []


def _shared(policy: str, document: Document) -> list[str]:
    parameters: dict[str, Any] = {"retention_days": 30} if policy == "functions/logs" else {"never": [], "grants": {}}
    return [one.found for one in found(policy, document, **parameters) if "share" in one.found or "others" in one.found]


def test_two_functions_still_share_nothing() -> None:
    document = _observed(Second=_function("second", KEY))
    assert len(_shared("functions/logs", document)) == len(_shared("iam/least_privilege", document)) == 2


REPOSITORY = "111122223333.dkr.ecr.us-east-1.amazonaws.com/ecr-judge"
TAGGED, BY_DIGEST = f"{REPOSITORY}:{'a' * 64}", f"{REPOSITORY}@sha256:{'b' * 64}"


def _of_image(uri: Any, built: str = "", version: str | None = None) -> Document:
    judge = _function("judge", "", Code=built)
    judge["Properties"] |= {"PackageType": "Image", "Code": {"ImageUri": uri}}
    document = _observed(Judge=judge, One=_version(version or ""))
    if version is None:
        for name in ("One", "Live", "Reader"):
            del document["Resources"][name]
    return document


@pytest.mark.parametrize("uri", [TAGGED, BY_DIGEST, f"{TAGGED}@sha256:{'b' * 64}"])
def test_an_image_is_named_by_a_hash(uri: str) -> None:
    assert _reported(_of_image(uri)) == _reported(_of_image(uri, uri)) == []


@pytest.mark.parametrize(
    ("uri", "built"),
    [
        (f"{REPOSITORY}:latest", ""),
        (REPOSITORY, ""),
        (f"{REPOSITORY}:{'a' * 39}", ""),
        ({"Fn::ImportValue": "image"}, ""),
        (None, ""),
        # What runs is shown by its digest where it is not what the tag means.
        (BY_DIGEST, TAGGED),
        (TAGGED.replace("a" * 64, "c" * 64), TAGGED),
        (TAGGED.replace("ecr-judge", "ecr-other"), TAGGED),
    ],
)
def test_another_image_than_the_one_that_was_built(uri: Any, built: str) -> None:
    assert _reported(_of_image(uri, built)) == [("Judge", "Code.ImageUri")]


def test_a_version_of_an_image_states_its_digest() -> None:
    assert _reported(_of_image(BY_DIGEST, version="b" * 64)) == []
    for uri, stated in ((BY_DIGEST, "a" * 64), (TAGGED, "b" * 64), (TAGGED, BUILT)):
        assert _reported(_of_image(uri, version=stated)) == [("One", "CodeSha256")]
