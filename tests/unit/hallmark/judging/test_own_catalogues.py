"""A catalogue of one's own: what it may say, and each mistake as one line with file, line and row."""

from pathlib import Path

import pytest

from hallmark.judging.catalogue import find, load, ready_names
from infra.errors import UserError
from policies.engine.catalogue import READY

ROW = "controls:\n- {id: ONE, policy: functions/memory, parameters: {memory_mb: 512}}\n"


def _load(folder: Path, text: str) -> object:
    file = folder / "own.yaml"
    file.write_text(text, encoding="utf-8")
    load.cache_clear()
    return load(file, "own")


def test_a_row_takes_what_it_leaves_out_from_the_card(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(f"title: Ours\n{ROW}- {{id: b-2, policy: buckets/private, severity: low, title: T, fix: F.}}\n")
    first, second = load(file, "own").rows
    assert "512" in first.statement
    assert "infra/" not in first.fix
    assert (second.id, second.title, second.severity, second.fix) == ("b-2", "T", "low", "F.")
    assert [use.policy for use, _ in first.judgement.policies] == ["functions/memory"]


def test_a_row_may_have_several_policies(tmp_path: Path) -> None:
    text = "controls:\n- id: B\n  policies: [{use: buckets/private}, {use: buckets/tls_only, parameters: {}}]\n"
    (tmp_path / "own.yaml").write_text(text)
    (row,) = load(tmp_path / "own.yaml", "own").rows
    assert [use.policy for use, _ in row.judgement.policies] == ["buckets/private", "buckets/tls_only"]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "a catalogue is a mapping with controls"),
        ("[]", 1, "a catalogue is a mapping"),
        ("title: T\n", 1, "wants the field controls"),
        ("controls: []\n", 1, "has no row"),
        ("controls: {}\n", 1, "wants a list"),
        ("controls:\n- 5\n", 2, "a row is a mapping with id"),
        ("controls:\n- {policy: buckets/private}\n", 2, "wants the field id"),
        ("controls:\n- {id: A}\n", 2, "A: wants either `policy`"),
        ("controls:\n- {id: A, policy: buckets/privat}\n", 2, "A: there is no policy buckets/privat: did you mean b"),
        ("controls:\n- {id: A, policy: [x]}\n", 2, "A: wants a text, got"),
        ("controls:\n- {id: A b, policy: buckets/private}\n", 2, "wants letters and digits"),
        ("controls:\n- {id: LIMIT, policy: buckets/private}\n", 2, "choose another id"),
        ("controls:\n- id: A\n  policy: buckets/private\n  color: red\n", 4, "A: a row has no field color; it has id"),
        ("controls:\n- {id: A, policy: buckets/private, severity: grave}\n", 2, "A: wants one of low, medium"),
        ("controls:\n- {id: A, policy: buckets/private, frameworks: {pci: 3}}\n", 2, "A: wants a list of texts, got 3"),
        ("controls:\n- {id: A, policy: buckets/private, title: ''}\n", 2, "A: wants a text, got ''"),
        ("controls:\n- {id: A, policy: functions/memory}\n", 2, "the parameter memory_mb (int) is missing"),
        ("controls:\n- {id: A, policy: functions/memory, parameters: {memory_mb: x}}\n", 2, "wants int, got 'x'"),
        ("controls:\n- {id: A, policy: functions/memory, parameters: {memory_mb: true}}\n", 2, "wants int, got True"),
        ("controls:\n- {id: A, policy: functions/memory, parameters: {mb: 1}}\n", 2, "parameter; it has memory_mb"),
        ("controls:\n- {id: A, policy: functions/memory, parameters: 5}\n", 2, "wants a mapping, got 5"),
        ("controls:\n- {id: A, policies: []}\n", 2, "A: names no policy"),
        ("controls:\n- {id: A, policies: [{policy: buckets/private}]}\n", 2, "has no field policy"),
        (f"{ROW}- {{id: ONE, policy: buckets/private}}\n", 3, "two rows have the id ONE"),
        (f"{ROW}requirements: 5\n", 3, "has no field requirements"),
        (f"{ROW}parts: {{functions: {{f: {{clue: 1}}}}}}\n", 3, "not one of the clues"),
        ("controls:\n- id: A\n  id: B\n", 3, "the key id is there twice"),
        ("controls: [\n", 2, ""),
        ("controls: *x\n", 1, "undefined alias"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_its_place(tmp_path: Path, text: str, line: int, problem: str) -> None:
    with pytest.raises(UserError) as raised:
        _load(tmp_path, text)
    assert "\n" not in str(raised.value)
    assert str(raised.value).startswith(f"{tmp_path / 'own.yaml'}:{line}: ")
    assert problem in str(raised.value)


def test_a_catalogue_that_is_not_there_is_told_which_are() -> None:
    with pytest.raises(
        UserError, match=r"^there is no catalogue nowhere\.yaml: name a file, or .*: serverless-baseline$"
    ):
        find("nowhere.yaml")
    with pytest.raises(UserError, match="there is no catalogue /"):
        find("/")


@pytest.mark.parametrize("name", ready_names())
def test_a_ready_catalogue_says_everything_itself(name: str) -> None:
    rows = load(READY / f"{name}.yaml", name).rows
    assert len(rows) >= 20
    for row in rows:
        texts = " ".join((row.title, row.statement, row.why, row.fix))
        assert row.sources, row.id
        assert "infra/" not in texts, row.id
        assert "$" not in texts, row.id
        assert all((row.title, row.statement, row.why, row.fix)), row.id
