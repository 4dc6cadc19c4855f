"""The policies load without checkov, and nothing can be missing without a word."""

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

import policies.library
from hallmark import catalogue
from hallmark import policies as judges
from infra.errors import UserError
from infra.systems import STAGES, SYSTEMS
from policies.engine.catalogue import NoCatalogue, catalogues, used_by_ready
from policies.engine.judgement import judgements
from policies.engine.library import names
from policies.engine.parameters import problems, shapes
from policies.engine.template.template import Template

GOOD = """\
from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.policy import Policy
from policies.engine.template.template import Template


class Anything(Policy):
    scope = ("AWS::SQS::Queue",)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        {body}


policy = Anything()
"""
MEMORY = "functions/memory"
CARD = r"functions/memory\.yaml"
# The first in the alphabet whose row breaks.
CATALOGUE = rf"(?:{'|'.join(catalogue.systems())})\.yaml"
QUEUE = {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}


def _forget() -> None:
    """Forget what was loaded: another library comes to stand in its place."""
    for name in [name for name in sys.modules if name.startswith("policies.library.")]:
        del sys.modules[name]
    for loaded in (judges.load, catalogue.load, catalogues):
        loaded.cache_clear()
    importlib.invalidate_caches()


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the library, with which a test does as it likes."""
    copied = copytree(policies.library.__path__[0], tmp_path / "library")
    with monkeypatch.context() as patch:
        patch.setattr(policies.library, "__path__", [str(copied)])
        patch.setattr(sys, "dont_write_bytecode", True)
        _forget()
        yield copied
    _forget()


def _write(library: Path, body: str) -> None:
    (library / f"{MEMORY}.py").write_text(GOOD.format(body=body), encoding="utf-8")


def test_each_control_that_asks_for_a_template_proof_is_judged_by_each_policy_of_the_library() -> None:
    controls = [control for name in catalogue.systems() for control in catalogue.load(name).controls]
    loaded = {name for system in catalogue.systems() for name in judges.load(system)}
    assert loaded == {control.id for control in controls if control.asks_for("template")}
    used = {use.use for control in controls for use in control.policies}
    assert names() == used.union(*used_by_ready().values())


def test_both_readings_of_a_catalogue_say_the_same() -> None:
    for name, read in catalogues().items():
        strict = catalogue.load(name)
        assert (read.region, read.stages) == (strict.region, strict.stages)
        assert [(one.id, one.title, one.fix, [(use.policy, use.parameters) for use in one.uses]) for one in
                read.controls.values()] == [
            (one.id, one.title, one.fix, [(use.use, use.parameters) for use in one.policies]) for one in strict.controls
        ]  # fmt: skip


def test_titles_and_fixes_of_cards_are_the_same_in_both_readings(tmp_path: Path) -> None:
    rows = "".join(f"- {{id: OT_{number}, {row}, proofs: [template]}}\n" for number, row in enumerate((
        "policy: functions/memory, parameters: {memory_mb: {dev: 1, prod: 2}}",
        "policy: functions/runtime, parameters: {runtime: python3.9, architecture: arm64}",
        "policies: [{use: functions/logs, parameters: {retention_days: 7}}, {use: functions/traced}], title: Own",
        "policy: alarms/dead_letter, parameters: {maximum_threshold: 0, maximum_seconds: 1}, fix: Mend it.",
    )))  # fmt: skip
    (tmp_path / "third_one.yaml").write_text(f"region: us-east-1\nstages: [dev, prod]\ncontrols:\n{rows}")
    strict, plain = catalogue.load("third_one", tmp_path), catalogues(tmp_path)["third_one"]
    said = [(one.id, one.title, one.fix) for one in strict.controls]
    assert said == [(one.id, one.title, one.fix) for one in plain.controls.values()]
    assert said[1] == (
        "OT_1",
        "Every function runs python3.9 on arm64",
        "Make the function with its construct of infra/constructs/function and the runtime of "
        "infra/third_one/functions.py.",
    )
    assert strict.controls[0].statement == "Every function has the memory of its stage, in MB: 1 in dev and 2 in prod."
    # A finding is mended as its own policy's card says, not as the first's.
    assert [use.fix for use in plain.controls["OT_2"].uses] == [
        said[2][2],
        catalogue.card("functions/traced").fix,
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("title: Memory", "title: [Memory", CARD),
        ("title: Memory", "name: Memory", CARD),
        ("title: Memory as the stage says", 'title: ""', CARD),
        ("title: Memory", "title: $parameter:memory", CARD),
        ("why: ", "# why: ", CARD),
        ("frameworks: ", "# frameworks: ", CARD),
        ("parameters: {memory_mb: int}", "# none", CARD),
        ("memory_mb: int", "memory_mb: byte", CARD),
        ("memory_mb: int", "stage: int", CARD),
        ("memory_mb: int", "memory_mb: text", CATALOGUE),
        ("memory_mb: int", "memory_mb: int, more: text", CATALOGUE),
        ("memory_mb: int", "megabytes: int", CARD),
    ],
)
def test_both_readings_refuse_the_same_cards(library: Path, old: str, new: str, problem: str) -> None:
    file = library / f"{MEMORY}.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UserError, match=rf"{problem}:\d+: ") as raised:
        judges.load("realtime")
    with pytest.raises(NoCatalogue, match=problem) as plain:
        catalogues()
    assert "\n" not in str(raised.value) + str(plain.value)


def test_a_policy_without_its_card_is_refused(library: Path) -> None:
    (library / f"{MEMORY}.yaml").unlink()
    with pytest.raises(UserError, match=r"memory\.yaml: cannot be read"):
        judges.load("realtime")
    with pytest.raises(NoCatalogue, match=r"functions/memory\.yaml is missing: a policy has a card beside it"):
        catalogues()


def test_a_card_without_its_policy_is_refused(library: Path) -> None:
    (library / f"{MEMORY}.yaml").rename(library / "functions" / "stray.yaml")
    (library / f"{MEMORY}.yaml").write_text((library / "functions" / "stray.yaml").read_text())
    with pytest.raises(UserError, match=r"library/functions/stray\.yaml: there is no policy beside this card"):
        judges.load("realtime")


@pytest.mark.parametrize(
    ("declared", "good", "bad"),
    [
        ("int", [0, -3], [True, 1.0, "1", None, [1]]),
        ("number", [1, 0.5], [True, "1"]),
        ("text", ["", "a"], [1, None]),
        ("bool", [True, False], [0, "true"]),
        ("any", [1, "a", None, []], []),
        ("list", [[], [1, "a"]], ["a", {}]),
        ("list[text]", [[], ["a"]], [[1], "a", ["a", None]]),
        ("map", [{}, {"a": 1}], [[], "a"]),
        ("map[list[int]]?", [{"a": [1]}], [{"a": 1}, {"a": ["b"]}]),
    ],
)
def test_a_parameter_has_its_type(declared: str, good: list[object], bad: list[object]) -> None:
    wanted = shapes({"value": declared})
    for value in good:
        assert list(problems({"value": value}, wanted, STAGES)) == []
        assert list(problems({"value": dict.fromkeys(STAGES, value)}, wanted, STAGES)) == []
    for value in bad:
        assert list(problems({"value": value}, wanted, STAGES)) != []
        assert list(problems({"value": dict.fromkeys(STAGES, value)}, wanted, STAGES)) != []
    assert bool(list(problems({}, wanted, STAGES))) != declared.endswith("?")


@pytest.mark.parametrize("declared", ["", "float", "list[]", "list[byte]", "map[text?]", "int[text]", 5, None])
def test_a_type_that_there_is_not_is_refused(declared: object) -> None:
    with pytest.raises(ValueError, match="type"):
        shapes({"value": declared})


def test_a_row_without_its_policy_is_refused_with_its_line(library: Path) -> None:
    (library / f"{MEMORY}.py").unlink()
    problem = CATALOGUE + r":\d+: controls\.\d+\.policy: there is no policy functions/memory: policies/library/\S+ is"
    with pytest.raises(UserError, match=problem):
        judges.load("realtime")


def test_a_policy_without_a_row_is_refused(library: Path) -> None:
    _write(library, "yield from ()")
    (library / f"{MEMORY}.py").rename(library / "functions" / "stray.py")
    _write(library, "yield from ()")
    with pytest.raises(UserError, match=r"library/functions/stray\.py: no control names the policy functions/stray"):
        judges.load("realtime")


@pytest.mark.parametrize(
    "text", ["import nothing_there\n", "this is no Python\n", "raise SystemError\n", "import sys\nsys.exit(0)\n"]
)
def test_a_file_that_does_not_load_is_refused(library: Path, text: str) -> None:
    (library / f"{MEMORY}.py").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"memory.py does not load") as raised:
        judges.load("realtime")
    assert "\n" not in str(raised.value)


def test_a_file_without_a_policy_is_refused(library: Path) -> None:
    (library / f"{MEMORY}.py").write_text("pass\n", encoding="utf-8")
    with pytest.raises(UserError, match="must end with `policy =`"):
        judges.load("realtime")


@pytest.mark.parametrize("body", ["raise ValueError('odd')", "return 5", "yield 5"])
def test_a_policy_that_cannot_judge_has_failed(library: Path, body: str) -> None:
    _write(library, body)
    findings = judges.load("realtime")["RT_FN_MEMORY"].findings(Template(QUEUE), "dev")
    assert [(one.resource, "could not judge" in one.found) for one in findings] == [("(template)", True)]


def test_a_policy_without_a_scope_has_failed(library: Path) -> None:
    _write(library, "yield from ()")
    file = library / f"{MEMORY}.py"
    file.write_text(file.read_text(encoding="utf-8").replace('("AWS::SQS::Queue",)', "()"), encoding="utf-8")
    findings = judges.load("realtime")["RT_FN_MEMORY"].findings(Template(QUEUE), "dev")
    assert [one.found.endswith("it has no scope") for one in findings] == [True]


HEAD = "region: eu-central-1\nstages: [dev, prod]\ncontrols:\n"
SEVERAL = """\
  - id: OWN_FUNCTIONS
    title: Functions
    fix: Mend them.
    policies:
      - {use: functions/memory, parameters: {memory_mb: {dev: 512, prod: 1024}}}
      - {use: functions/runtime, parameters: {runtime: nodejs18.x, architecture: arm64}}
"""


def test_a_control_fails_if_any_of_its_policies_does_and_the_finding_names_it(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(HEAD + SEVERAL, encoding="utf-8")
    judgement = judgements("own", tmp_path)["OWN_FUNCTIONS"]
    good = {"MemorySize": 512, "Runtime": "nodejs18.x", "Architectures": ["arm64"]}
    for changed, policy in ({}, None), ({"MemorySize": 1}, MEMORY), ({"Runtime": "python3.9"}, "functions/runtime"):
        function = {"Type": "AWS::Lambda::Function", "Properties": {**good, **changed}}
        findings = judgement.findings(Template({"Resources": {"F": function}}), "dev")
        assert [(one.resource, one.policy, one.fix) for one in findings] == [("F", policy, "Mend them.")] * bool(policy)


def test_the_catalogues_state_what_the_registry_does() -> None:
    assert set(catalogues()) == {system.name for system in SYSTEMS}
    for system in SYSTEMS:
        stated = catalogues()[system.name]
        assert (stated.region, stated.slug, stated.stages) == (system.region, system.slug, STAGES)


def test_ids_are_unique_over_all_catalogues() -> None:
    ids = [control.id for name in catalogue.systems() for control in catalogue.load(name).controls]
    assert len(set(ids)) == len(ids)


def test_ids_are_well_formed_and_begin_with_the_prefix_of_their_system() -> None:
    for system in SYSTEMS:
        for control in catalogue.load(system.name).controls:
            assert re.fullmatch(rf"{system.prefix}(_[A-Z0-9]+)+", control.id)


def _findings(name: str, document: dict[str, object], stage: str | None = "dev") -> list[tuple[str, str]]:
    found = judges.load("realtime")[name].findings(Template(document), stage)
    return [(one.resource, one.path) for one in found]


def test_an_empty_scope_is_a_finding_on_the_template() -> None:
    assert _findings("RT_FN_MEMORY", QUEUE) == [("(template)", "Resources")]


def test_an_unknown_stage_is_a_finding() -> None:
    document = {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 512}}}}
    assert _findings("RT_FN_MEMORY", document, None) == [("(template)", "Metadata.Hallmark.Stage")]
    assert _findings("RT_FN_MEMORY", document, "test") == [("(template)", "Metadata.Hallmark.Stage")]
    assert _findings("RT_FN_MEMORY", document, "dev") == []


def test_what_may_not_be_there_is_a_finding() -> None:
    function = {"Type": "AWS::Lambda::Function", "Condition": "Maybe", "Properties": {"MemorySize": 512}}
    assert _findings("RT_FN_MEMORY", {"Resources": {"F": function}}) == [("F", "Condition")]


@pytest.mark.parametrize(
    ("extra", "path"),
    [
        ({"Type": "AWS::CloudFormation::Stack"}, "Type"),
        ({"Type": "Our::Own::MODULE"}, "Type"),
        ({"Type": "X", "Fn::Transform": {}}, "Fn::Transform"),
        ({"Type": "X", "Properties": {"List": [{"Fn::Transform": {}}]}}, "Fn::Transform"),
    ],
)
def test_what_the_template_does_not_show_is_a_finding(extra: dict[str, object], path: str) -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 512}}
    assert _findings("RT_FN_MEMORY", {"Resources": {"F": function, "X": extra}}) == [("X", path)]
