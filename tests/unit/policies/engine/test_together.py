"""Several templates as one document: names, references, imports, places."""

from typing import Any

import pytest

from policies.engine.finding import TEMPLATE
from policies.engine.reading.refusal import NotTogether
from policies.engine.reading.together import together
from policies.engine.template.template import Template

Document = dict[str, Any]
QUEUE = "AWS::SQS::Queue"


def queue(**properties: Any) -> Document:
    return {"Type": QUEUE, "Properties": properties}


def of(*documents: Document) -> Document:
    return together({f"t{place}": one for place, one in enumerate(documents, 1)}).document


def exporting(value: Any, name: Any = "the-queue", **output: Any) -> Document:
    exported = {"Out": {"Value": value, "Export": {"Name": name}, **output}}
    return {"Resources": {"Q": queue(QueueName="q-dev")}, "Outputs": exported}


def importing(value: Any) -> Document:
    return {"Resources": {"P": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [value]}}}}


def resolved(*documents: Document) -> str | None:
    """What the queue of the policy resolves to."""
    template = Template(of(*documents))
    return template.text(template.resources["P"].properties["Queues"][0])


def chosen(name: str) -> Document:
    """A condition that a parameter decides."""
    return {"Conditions": {"C": {"Fn::Equals": [{"Ref": name}, "x"]}}}


CHOICE: Document = {"Parameters": {"Choice": {"Type": "String"}}}
ARN = {"Fn::GetAtt": ["Q", "Arn"]}
FULL = "arn:aws:sqs:${Region}:${AccountId}:q-dev"


def test_one_template_is_as_it_was() -> None:
    one = {"Metadata": {"Hallmark": {"Stage": "dev"}}, "Transform": "AWS::LanguageExtensions", **exporting(ARN)}
    assert of(one) == {**one, "Transform": ["AWS::LanguageExtensions"]}


@pytest.mark.parametrize(
    ("written", "renamed"),
    [
        ({"Ref": "Q"}, {"Ref": "QOf2"}),
        ({"Ref": "P"}, {"Ref": "POf2"}),
        ({"Ref": "Own"}, {"Ref": "Own"}),
        ({"Fn::GetAtt": ["Q", "Arn"]}, {"Fn::GetAtt": ["QOf2", "Arn"]}),
        ({"Fn::GetAtt": "Q.Arn"}, {"Fn::GetAtt": "QOf2.Arn"}),
        ({"Fn::Sub": "${Q}-${Q.Arn}-${ P }-${!Q}-${Own}"}, {"Fn::Sub": "${QOf2}-${QOf2.Arn}-${ POf2 }-${!Q}-${Own}"}),
        ({"Fn::Sub": ["${Q}-${P}", {"Q": {"Ref": "Q"}}]}, {"Fn::Sub": ["${Q}-${POf2}", {"Q": {"Ref": "QOf2"}}]}),
        ({"Fn::If": ["C", {"Ref": "Q"}, "no"]}, {"Fn::If": ["COf2", {"Ref": "QOf2"}, "no"]}),
        ({"Fn::FindInMap": ["M", "a", {"Ref": "P"}]}, {"Fn::FindInMap": ["MOf2", "a", {"Ref": "POf2"}]}),
        ({"Fn::Join": ["", ["x", {"Ref": "Q"}]]}, {"Fn::Join": ["", ["x", {"Ref": "QOf2"}]]}),
        ({"Ref": "AWS::Region"}, {"Ref": "AWS::Region"}),
        ({"Ref": "AWS::StackName"}, {"Fn::Sub": "${AWS::StackName}Of2"}),
        ({"Fn::Sub": "${AWS::StackId}"}, {"Fn::Sub": "${AWS::StackId}Of2"}),
        ({"Ref": "Q", "Other": "Q"}, {"Ref": "Q", "Other": "Q"}),
        ("Q", "Q"),
    ],
)
def test_a_name_that_two_have_is_made_two_with_all_that_refers_to_it(written: Any, renamed: Any) -> None:
    both: Document = {
        "Parameters": {"P": {"Type": "String"}},
        "Conditions": {"C": {"Fn::Equals": [{"Ref": "P"}, "x"]}, "D": {"Fn::Not": [{"Condition": "C"}]}},
        "Mappings": {"M": {"a": {"b": "c"}}},
        "Resources": {"Q": queue()},
    }
    more = {"Own": queue(), "R": {**queue(X=written), "Condition": "C", "DependsOn": ["Q", "Own"]}}
    later = {"S": {**queue(), "DependsOn": "Q"}}
    found = of(both, {**both, "Resources": {**both["Resources"], **more, **later}})
    assert found["Resources"]["R"] == {**queue(X=renamed), "Condition": "COf2", "DependsOn": ["QOf2", "Own"]}
    assert found["Resources"]["S"]["DependsOn"] == "QOf2"
    assert found["Conditions"]["COf2"] == {"Fn::Equals": [{"Ref": "POf2"}, "x"]}
    assert found["Conditions"]["DOf2"] == {"Fn::Not": [{"Condition": "COf2"}]}
    assert {*found["Parameters"], *found["Mappings"]} == {"P", "POf2", "M", "MOf2"}
    assert found["Resources"]["Q"] == queue()


def test_what_refers_to_nothing_does_not_come_to_refer_to_another_templates() -> None:
    """CloudFormation refuses it: a reference without an import ends at the stack."""
    dangling = {"Resources": {"P": {"Type": "T", "Properties": {"Queues": [{"Ref": "Q"}]}, "Condition": "C"}}}
    owner = {"Resources": {"Q": queue(QueueName="q-dev")}, "Conditions": {"C": {"Fn::Equals": ["a", "b"]}}}
    for documents in ((dangling, owner), (owner, dangling)):
        assert resolved(*documents) is None


def test_a_mapping_named_by_an_expression_is_the_templates_own() -> None:
    first = {"Mappings": {"M": {"a": {"b": "first"}}}, "Resources": {"A": queue()}}
    name = {"Fn::FindInMap": [{"Ref": "Which"}, "a", "b"]}
    second = {
        "Parameters": {"Which": {"Type": "String", "AllowedValues": ["M"]}},
        "Mappings": {"M": {"a": {"b": "second"}}},
        **importing(name),
    }
    assert resolved(first, second) == resolved(second, first) == "second"


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("the-queue", "the-queue"),
        ("the-queue", {"Fn::Sub": "the-queue"}),
        ({"Fn::Join": ["-", ["the", "queue"]]}, {"Fn::Join": ["-", ["the", "queue"]]}),
        ({"Fn::Sub": "${AWS::Region}-q"}, {"Fn::Join": ["-", [{"Ref": "AWS::Region"}, "q"]]}),
    ],
)
def test_an_import_is_what_another_template_exports(name: Any, asked: Any) -> None:
    user = importing({"Fn::ImportValue": asked})
    assert resolved(exporting(ARN, name), user) == resolved(user, exporting(ARN, name)) == FULL


def test_an_import_inside_of_a_function_is_followed() -> None:
    inner = {"Fn::Sub": ["${Arn}/x", {"Arn": {"Fn::ImportValue": "the-queue"}}]}
    assert resolved(exporting(ARN), importing(inner)) == f"{FULL}/x"


def test_a_stacks_name_is_its_own() -> None:
    name = {"Fn::Sub": "${AWS::StackName}-q"}
    assert resolved(exporting(ARN, name), importing({"Fn::ImportValue": name})) is None


@pytest.mark.parametrize(
    "documents",
    [
        pytest.param([importing({"Fn::ImportValue": "the-queue"})], id="none exports it"),
        pytest.param([exporting(ARN, "other"), importing({"Fn::ImportValue": "the-queue"})], id="another name"),
        pytest.param(
            [
                {
                    **exporting(ARN),
                    "Resources": {
                        **exporting(ARN)["Resources"],
                        **importing({"Fn::ImportValue": "the-queue"})["Resources"],
                    },
                }
            ],
            id="its own",
        ),
        pytest.param(
            [
                exporting({"Fn::ImportValue": "y"}, "x"),
                {**importing({"Fn::ImportValue": "x"}), "Outputs": exporting({"Fn::ImportValue": "x"}, "y")["Outputs"]},
            ],
            id="a cycle",
        ),
        pytest.param(
            [
                {**CHOICE, **exporting(ARN, {"Ref": "Choice"})},
                {**CHOICE, **importing({"Fn::ImportValue": {"Ref": "Choice"}})},
            ],
            id="a name that each deployment chooses",
        ),
        pytest.param(
            [
                {**CHOICE, **chosen("Choice"), **exporting(ARN, Condition="C")},
                exporting("other"),
                importing({"Fn::ImportValue": "the-queue"}),
            ],
            id="one of two",
        ),
    ],
)
def test_an_import_that_cannot_be_followed_cannot_be_resolved(documents: list[Document]) -> None:
    assert resolved(*documents) is None


def test_imports_lead_through_several_templates() -> None:
    middle = {"Resources": {"M": queue()}, "Outputs": exporting({"Fn::ImportValue": "x"}, "y")["Outputs"]}
    assert resolved(importing({"Fn::ImportValue": "y"}), middle, exporting(ARN, "x")) == FULL


def test_a_stack_is_made_after_those_that_it_imports_from() -> None:
    user = importing({"Fn::ImportValue": "x"})
    assert of(user, exporting(ARN, "x"))["Resources"]["P"]["DependsOn"] == ["Q"]
    each_other = {**user, "Outputs": exporting("v", "y")["Outputs"]}
    first = exporting(ARN, "x")
    first["Resources"]["Q"]["Properties"]["Tags"] = {"Fn::ImportValue": "y"}
    assert "DependsOn" not in of(each_other, first)["Resources"]["P"]


@pytest.mark.parametrize("later", [exporting("other"), {**exporting("o"), "Resources": {"Z": queue()}}])
def test_a_name_that_is_exported_twice_is_refused(later: Document) -> None:
    wanted = "Out of t1 and Out of t2 export the same name, the-queue"
    with pytest.raises(NotTogether, match=wanted):
        of(exporting(ARN), later)


def test_an_export_under_a_condition_that_does_not_hold_is_none() -> None:
    never = {"Conditions": {"C": {"Fn::Equals": ["a", "b"]}}, **exporting("other", Condition="C")}
    assert resolved(never, exporting(ARN), importing({"Fn::ImportValue": "the-queue"})) == FULL


@pytest.mark.parametrize("fact", ["System", "Stage", "Region", "Account"])
def test_marks_that_differ_are_refused(fact: str) -> None:
    one, other = ({"Metadata": {"Hallmark": {fact: value}}, "Resources": {"Q": queue()}} for value in ("a", "b"))
    with pytest.raises(NotTogether, match=f"t1 is of {fact.lower()} a, t2 of {fact.lower()} b: ") as raised:
        of(one, other)
    assert "\n" not in str(raised.value)
    mark = of({"Resources": {"Q": queue()}}, other)["Metadata"]["Hallmark"]
    assert mark == {fact: "b"}


def test_every_place_is_that_of_its_own_template() -> None:
    macro: Document = {"Transform": "AWS::Serverless-2016-10-31", "Fn::ForEach::L": ["X", [], {}]}
    whole = together({"a": {**exporting(ARN), "Fn::ForEach::L": []}, "b": {**exporting(1, "x"), **macro}})
    assert whole.origin == {"Q": "a", "QOf2": "b"}
    assert whole.name_of("b", "Q") == "QOf2"
    assert whole.place("QOf2", "Tags[0].Key") == ("b", "Q", "Tags[0].Key")
    assert whole.place("Missing", "x") == ("a", "Missing", "x")
    assert whole.place(TEMPLATE, "Outputs.OutOf2.Value") == ("b", TEMPLATE, "Outputs.Out.Value")
    assert whole.place(TEMPLATE, "Outputs.Out") == ("a", TEMPLATE, "Outputs.Out")
    assert whole.place(TEMPLATE, "Transform") == ("b", TEMPLATE, "Transform")
    assert whole.place(TEMPLATE, "Fn::ForEach::LOf2") == ("b", TEMPLATE, "Fn::ForEach::L")
    assert whole.place(TEMPLATE) == ("a", TEMPLATE, "")


def test_a_section_of_a_wrong_form_stays_one() -> None:
    wrong: Document = {**exporting(ARN), "Outputs": ["x"]}
    for documents in ((wrong, exporting(ARN)), (exporting(ARN), wrong)):
        assert of(*documents)["Outputs"] == ["x"]
