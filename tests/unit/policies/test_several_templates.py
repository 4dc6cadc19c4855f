"""`hallmark policy` on the templates of one stage: together they hold, apart they cannot be judged."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hallmark import policies
from hallmark.policy_command import policy_command
from hallmark.project import CLOUD_ASSEMBLY
from hallmark.synthesized import templates
from hallmark.together import joined, of_stage
from infra.errors import UserError
from infra.systems import NAMES, STAGES, SYSTEMS
from tests.unit.policies.split import Document, split

Write = Callable[..., list[Path]]
# What stands in another stack.
ELSEWHERE: dict[str, Callable[[str, Document], bool]] = {
    "policies of queues": lambda name, body: body["Type"] == "AWS::SQS::QueuePolicy",
    "roles": lambda name, body: body["Type"] == "AWS::IAM::Role",
    "queues and topics": lambda name, body: body["Type"] in ("AWS::SQS::Queue", "AWS::SNS::Topic"),
    "what the function has": lambda name, body: body["Type"] in ("AWS::Logs::LogGroup", "AWS::DynamoDB::Table"),
    "alarms": lambda name, body: body["Type"] == "AWS::CloudWatch::Alarm",
}
QUEUES = ELSEWHERE["policies of queues"]


def document_of(system: str, stage: str = "dev") -> Document:
    """The templates of a stage as one."""
    return json.loads(json.dumps(of_stage(templates(system, stage)).document))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*documents: Document) -> list[Path]:
        files = [tmp_path / f"{name}.template.json" for name, _ in zip("abc", documents, strict=False)]
        for file, document in zip(files, documents, strict=True):
            file.write_text(json.dumps(document), encoding="utf-8")
        return files

    return written


def _findings(first: Document, second: Document, system: str) -> list[tuple[str, str, str]]:
    verdicts = policies.judge_together(joined({"a": first, "b": second}, system), system, "dev")
    return [(one["id"], found["template"], found["resource"]) for one in verdicts for found in one["findings"]]


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("what", ELSEWHERE)
@pytest.mark.parametrize("system", NAMES)
def test_a_stage_in_two_stacks_holds_as_one_does(system: str, what: str, marked: bool) -> None:
    first, second = split(document_of(system), ELSEWHERE[what])
    if not marked:
        first, second = ({**one, "Metadata": {}} for one in (first, second))
    assert _findings(first, second, system) == []


def test_a_rule_of_one_stack_reaches_a_queue_of_another() -> None:
    first, second = split(document_of("realtime"), lambda name, body: body["Type"].startswith("AWS::Events::"))
    assert _findings(first, second, "realtime") == []


def _changed(statement: Document | None) -> tuple[Document, Document, str]:
    """Two templates, and the policy of a queue in the second, which has this statement or none."""
    first, second = split(document_of("realtime"), QUEUES)
    name = next(iter(second["Resources"]))
    second["Resources"][name]["Properties"]["PolicyDocument"]["Statement"] = [statement] if statement else []
    return first, second, name


def test_what_one_template_lacks_is_said_of_the_one_that_needs_it() -> None:
    first, second, _ = _changed(None)
    found = _findings(first, second, "realtime")
    assert {(template, first["Resources"][name]["Type"]) for _, template, name in found} == {("a", "AWS::SQS::Queue")}


def test_a_violation_is_said_of_the_template_that_has_it(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    first, second, name = _changed(everybody)
    files = write(first, second)
    assert policy_command(files, None, None, True, together=True) == 1
    (entry,) = json.loads(capsys.readouterr().out)
    found = [one for control in entry["controls"] for one in control["findings"]]
    assert {one["template"] for one in found} <= {str(file) for file in files} == {*entry["templates"]}
    assert any(one["template"] == str(files[1]) and one["resource"] == name for one in found)
    assert policy_command(files, None, None, False, together=True) == 1
    shown = capsys.readouterr().out
    assert f"    in      {files[1]}\n" in shown
    assert shown.splitlines()[-1].startswith(f"{files[0]}, {files[1]}: ")


def test_apart_they_are_false_alarms(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    files = write(*split(document_of("realtime"), ELSEWHERE["roles"]))
    assert policy_command(files, None, None, True, together=True) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert [*entry] == ["templates", "controls", "notes"]
    assert entry["templates"] == [str(file) for file in files]
    assert policy_command(files, None, None, True) == 1
    apart = json.loads(capsys.readouterr().out)
    assert [[*one] for one in apart] == [["template", "controls", "notes"]] * 2
    assert not any("template" in found for one in apart for row in one["controls"] for found in row["findings"])


@pytest.mark.parametrize("system", NAMES)
def test_a_template_judged_alone_says_that_its_stage_has_several(
    system: str, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    (parts,) = (known.parts for known in SYSTEMS if known.name == system)
    (file,) = write({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})
    assert policy_command([file], system, "dev", as_json=False) == 1
    assert ("judged alone" in capsys.readouterr().err) is bool(parts)


def test_the_resource_that_two_templates_have_is_named_as_its_own_file_does(write: Write) -> None:
    first, second = split(document_of("realtime"), QUEUES)
    name = next(iter(first["Resources"]))
    second["Resources"][name] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "no-name-of-ours"}}
    found = [one for one in _findings(first, second, "realtime") if one[1] == "b"]
    assert {resource for _, _, resource in found} == {name}


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize(
    ("others", "said"),
    [
        (("realtime", "prod"), "is of stage dev, .* of stage prod: "),
        (("merchant_upload", "dev"), "is of system realtime, .* of system merchant_upload: "),
    ],
)
def test_templates_of_two_stages_are_refused(write: Write, others: tuple[str, str], said: str, marked: bool) -> None:
    documents = [document_of("realtime"), document_of(*others)]
    files = write(*(one if marked else {**one, "Metadata": {}} for one in documents))
    with pytest.raises(UserError, match=said) as raised:
        policy_command(files, None, None, False, together=True)
    assert "\n" not in str(raised.value)


def test_an_assembly_is_judged_by_its_systems_and_stages(capsys: pytest.CaptureFixture[str]) -> None:
    assert policy_command([CLOUD_ASSEMBLY], None, None, True) == 0
    shown = capsys.readouterr()
    files = [sorted(Path(one).name for one in entry["templates"]) for entry in json.loads(shown.out)]
    wanted = [sorted(f"{name}.template.json" for name in one.stack_names(stage)) for one in SYSTEMS for stage in STAGES]
    assert sorted(files) == sorted(wanted)
    assert (
        shown.err.count("left out: ") == len([one for one in shown.err.splitlines() if "hallmark-account-" in one]) > 0
    )


def test_a_system_and_a_stage_of_an_assembly_may_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert policy_command([CLOUD_ASSEMBLY], "realtime", "prod", True) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert [Path(one).name for one in entry["templates"]] == ["hallmark-realtime-prod.template.json"]


def _manifest(folder: Path, **artifacts: tuple[str, str]) -> None:
    kinds = {"stack": ("aws:cloudformation:stack", "templateFile"), "inner": ("cdk:cloud-assembly", "directoryName")}
    listed = {
        name: {"type": kinds[kind][0], "properties": {kinds[kind][1]: file}} for name, (kind, file) in artifacts.items()
    }
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"artifacts": listed}), encoding="utf-8")


def test_assemblies_inside_of_an_assembly_are_read(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = write(*split(document_of("realtime"), ELSEWHERE["roles"]))
    _manifest(tmp_path / "outer", inner=("inner", ".."))
    _manifest(tmp_path, a=("stack", files[0].name), b=("stack", files[1].name))
    (tmp_path / "c.template.json").write_text("no template: the manifest does not list it")
    assert policy_command([tmp_path / "outer"], None, None, True) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert [Path(one).name for one in entry["templates"]] == [file.name for file in files]


def test_a_template_that_says_nothing_belongs_to_the_only_stage(write: Write, tmp_path: Path) -> None:
    first, second = split(document_of("realtime"), QUEUES)
    write(first, {**second, "Metadata": {}})
    assert policy_command([tmp_path], None, None, False) == 0
    write(first, {**second, "Metadata": {}}, document_of("merchant_upload"))
    with pytest.raises(UserError, match=r"has b\.template\.json: its system cannot be resolved: add Metadata"):
        policy_command([tmp_path], None, None, False)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "is no cloud assembly: it has neither manifest.json nor a file"),
        ({"manifest.json": "{"}, "is no cloud assembly: .*manifest.json cannot be read"),
        ({"manifest.json": '{"artifacts": {"a": 1}}'}, "cannot be read"),
        ({"a.template.json": "{"}, r"has a\.template\.json, which is not JSON"),
        ({"a.nested.template.json": "{}"}, "is no cloud assembly"),
        ({"manifest.json": '{"artifacts": {}}'}, "has no template of a system with controls"),
    ],
)
def test_a_folder_that_is_none_is_one_line(tmp_path: Path, files: dict[str, str], said: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=said) as raised:
        policy_command([tmp_path], None, None, False)
    assert "\n" not in str(raised.value)
