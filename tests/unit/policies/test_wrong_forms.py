"""A value of an unexpected form, anywhere in a template, gives a sentence, never an error inside a policy."""

from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any

import pytest

from hallmark import policies
from hallmark.project import CLOUD_ASSEMBLY
from infra.systems import SYSTEMS
from policies.engine.finding import Finding
from policies.engine.template.template import Template

Path = tuple[Any, ...]
FORMS: list[Any] = [
    {"Ref": ["x"]},
    {"Ref": "AWS::NoValue"},
    {"Ref": "Chosen"},
    [[]],
    {},
    {"a": {"b": [1]}},
    "",
    True,
    -1,
    10**400,
    float("nan"),
    float("inf"),
    None,
    {5: 6},
    [None],
    {"Fn::If": ["C", 1]},
    {"Fn::If": {}},
    {"Fn::GetAtt": 5},
    {"Fn::Sub": [1, 2, 3]},
    {"Fn::Join": ["", 5]},
    {"Fn::Select": ["99999999999999999999", ["a"]]},
    {"Fn::FindInMap": ["a"]},
    "{{resolve:ssm:/x}}",
    '{"a": [}',
    "\ud800",
    [{"Ref": "Chosen"}, {"Ref": "Chosen"}],
]
SECTIONS: dict[str, Any] = {
    "Parameters": {"Chosen": {"Type": "String", "Default": "x", "AllowedValues": ["x", "y"]}},
    "Conditions": {"C": {"Fn::Equals": [{"Ref": "Chosen"}, "x"]}, "D": {"Fn::Not": [{"Condition": "C"}]}},
    "Mappings": {"Sizes": {"dev": {"mb": 512}}},
    "Outputs": {"O": {"Value": {"Ref": "Chosen"}, "Condition": "C", "Export": {"Name": "o-dev"}}},
}
INPUT = ("Targets", 0, "InputTransformer")
ATTRIBUTES = ("DependsOn", "Condition", "Metadata", "DeletionPolicy", "UpdateReplacePolicy")


def _document(system: str) -> dict[str, Any]:
    stack = next(one for one in SYSTEMS if one.name == system).stack_name("dev")
    own = policies.read(CLOUD_ASSEMBLY / f"{stack}.template.json")
    added = {name: {**own.get(name, {}), **section} for name, section in SECTIONS.items()}
    return dict(policies.template_of({**own, **added}, system).document)


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from _paths(item, (*path, key))


def _put(value: Any, path: Path, form: Any) -> Any:
    """A copy in which only what is on the way to the form is new."""
    if not path:
        return form
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _put(value[path[0]] if isinstance(value, list) else value.get(path[0]), path[1:], form)
    return copy


def _findings(document: dict[str, Any], system: str, bodies: dict[Any, Any]) -> list[Finding]:
    template = Template(document, bodies)
    return [one for judge in policies.load(system).values() for one in judge.findings(template, "dev")]


def _errors(found: list[Finding]) -> list[str]:
    return [one.found for one in found if "could not judge" in one.found or "object at 0x" in one.found]


@pytest.mark.parametrize(("system", "count"), [("realtime", 25), ("merchant_upload", 65)])
def test_a_wrong_form_breaks_no_policy(system: str, count: int) -> None:
    document, bodies = _document(system), dict[Any, Any]()
    every = [path for path in _paths(document) if path != ("Resources",)]
    every += [("Resources", name, attribute) for name in document["Resources"] for attribute in ATTRIBUTES]
    forms = cycle(FORMS)
    for path in islice(every, 0, None, max(1, len(every) // count)):
        form = next(forms)
        assert (path, form, _errors(_findings(_put(document, path, form), system, bodies))) == (path, form, [])


@pytest.mark.parametrize(
    ("attribute", "form", "path"),
    [
        *(("Properties", form, "Properties") for form in (5, "x", [1], float("nan"))),
        *(("Metadata", form, "Metadata") for form in (5, "x", [1], True)),
        *(("Condition", form, "Condition") for form in (5, [1], {"Fn::Equals": [1, 1]})),
        *(("DependsOn", form, "DependsOn") for form in (5, {"Ref": "x"}, None)),
        ("DependsOn", ["x", {"Ref": "x"}], "DependsOn[1]"),
    ],
    ids=str,
)
def test_an_attribute_of_a_wrong_form_is_named(attribute: str, form: Any, path: str) -> None:
    document = _document("realtime")
    name = next(iter(document["Resources"]))
    found = _findings(_put(document, ("Resources", name, attribute), form), "realtime", {})
    assert _errors(found) == []
    assert (name, path) in {(one.resource, one.path) for one in found}


@pytest.mark.parametrize(
    ("kind", "path", "form"),
    [
        ("AWS::DynamoDB::Table", ("KeySchema",), {"AttributeName": "a"}),
        ("AWS::DynamoDB::Table", ("KeySchema", 0, "KeyType"), ["HASH"]),
        ("AWS::DynamoDB::Table", ("KeySchema", 0, "AttributeName"), {"a": 1}),
        ("AWS::DynamoDB::Table", ("AttributeDefinitions", 0, "AttributeName"), {"a": 1}),
        ("AWS::Events::Rule", ("Targets", 0, "InputTransformer"), {"InputTemplate": "<a>", "InputPathsMap": [1]}),
        (
            "AWS::Events::Rule",
            ("Targets", 0, "InputTransformer"),
            {"InputTemplate": "<a>", "InputPathsMap": {"a": [1]}},
        ),
        ("AWS::Events::Rule", ("EventPattern",), {"detail": {"amount": [{"numeric": [">", float("nan")]}]}}),
        ("AWS::ApiGateway::Stage", ("AccessLogSetting", "Format"), '{"a": {"b": 1}}'),
        ("AWS::SQS::Queue", ("QueueName",), {"a": 1}),
        ("AWS::Lambda::Function", ("MemorySize",), 10**400),
        ("AWS::ApiGateway::Method", ("HttpMethod",), {"a": 1}),
        ("AWS::CloudWatch::Alarm", ("Threshold",), [1]),
        ("AWS::IAM::Role", ("Policies",), {"PolicyName": "p"}),
        ("AWS::IAM::Role", ("Policies", 0, "PolicyDocument", "Statement", 0, "Action"), [{"a": 1}]),
        ("AWS::IAM::Role", ("Policies", 0, "PolicyDocument", "Statement", 0, "Resource"), [["*"]]),
        *(("AWS::IAM::Role", ("Policies", 0, "PolicyDocument"), form) for form in ([1], {"Fn::If": ["C", {}, [1]]})),
        ("AWS::S3::BucketPolicy", ("PolicyDocument",), [[{"Ref": "x"}]]),
        ("AWS::Lambda::Permission", ("Principal",), {"Service": "events.amazonaws.com"}),
        ("AWS::S3::BucketPolicy", ("PolicyDocument", "Statement", 0, "Principal"), {"AWS": [{"a": 1}]}),
    ],
)
def test_a_property_of_a_wrong_form_is_reported(kind: str, path: Path, form: Any) -> None:
    document = _document("realtime")
    name = next(name for name, raw in document["Resources"].items() if raw["Type"] == kind)
    found = _findings(_put(document, ("Resources", name, "Properties", *path), form), "realtime", {})
    assert _errors(found) == []
    assert name in {one.resource for one in found}


def test_a_tag_may_have_any_form() -> None:
    document = _document("merchant_upload")
    for name, raw in document["Resources"].items():
        if "Tags" in raw.get("Properties", {}):
            edited = _put(document, ("Resources", name, "Properties", "Tags"), [{"Key": ["role"], "Value": {}}, 5])
            assert _errors(_findings(edited, "merchant_upload", {})) == []
            return


@pytest.mark.parametrize("mark", [5, [1], "x", {"System": ["realtime"], "Stage": {"a": 1}, "Role": [2]}], ids=str)
def test_our_own_mark_may_have_any_form(mark: Any) -> None:
    document = _document("realtime")
    marked = {name: {**raw, "Metadata": {"Hallmark": mark}} for name, raw in document["Resources"].items()}
    assert _errors(_findings({**document, "Resources": marked}, "realtime", {})) == []


@pytest.mark.parametrize("form", [5, [1], "x"], ids=str)
@pytest.mark.parametrize("section", [*SECTIONS, "Metadata"])
def test_a_section_of_a_wrong_form_is_named(form: Any, section: str) -> None:
    found = _findings({**_document("realtime"), section: form}, "realtime", {})
    assert _errors(found) == []
    assert ("(template)", section) in {(one.resource, one.path) for one in found}


@pytest.mark.parametrize(
    ("path", "form", "place"),
    [
        (("Fn::Transform",), {"Name": "AWS::Include"}, "Fn::Transform"),
        (("Outputs", "Fn::Transform"), {"Name": "AWS::Include"}, "Outputs.Fn::Transform"),
        (("Outputs", "Fn::ForEach::Queues"), ["Q", ["a"], {}], "Outputs.Fn::ForEach::Queues"),
        (("Transform",), ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"], "Transform"),
    ],
    ids=str,
)
def test_a_macro_of_the_whole_template_is_said_by_every_control(path: Path, form: Any, place: str) -> None:
    template = Template(_put(_document("realtime"), path, form))
    for judge in policies.load("realtime").values():
        found = judge.findings(template, "dev")
        assert [(one.resource, one.path) for one in found] == [("(template)", place)]
        assert "cannot be resolved" in found[0].found


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::Serverless::SimpleTable", {}),
        ("AWS::SQS::Queue", {"QueueName": "q-dev", "Fn::ForEach::Tags": ["T", ["a"], {"Tag${T}": "x"}]}),
    ],
)
def test_what_a_macro_makes_of_a_resource_cannot_be_resolved(kind: str, properties: dict[str, Any]) -> None:
    document = _put(_document("realtime"), ("Resources", "Made"), {"Type": kind, "Properties": properties})
    for judge in policies.load("realtime").values():
        assert "Made" in {one.resource for one in judge.findings(Template(document), "dev")}


@pytest.mark.parametrize("name", ["Fn::Transform", "Fn::ForEach::Queues"])
def test_what_brings_resources_is_said_once_by_every_control(name: str) -> None:
    document = _document("realtime")
    body = {"Name": "AWS::Include", "Parameters": {"Location": "s3://templates/more.yaml"}}
    template = Template(_put(document, ("Resources", name), body))
    for judge in policies.load("realtime").values():
        found = judge.findings(template, "dev")
        assert [(one.resource, one.path) for one in found] == [("(template)", f"Resources.{name}")]
        assert "which brings resources: cannot be resolved" in found[0].found
