"""What JSON and YAML leave open, or CloudFormation does not take, is refused in one line that says where."""

from pathlib import Path
from typing import Any

import pytest

from hallmark import policies
from infra.errors import UserError

QUEUE = "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n"
HEAD = '{"Resources": {"Q": {"Type": "AWS::SQS::Queue",\n"Properties": '
LAUGHS = "a: &a [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1 or ''}, *a{n - 1 or ''}]\n" for n in range(1, 60))


def _read(folder: Path, text: str) -> dict[str, Any]:
    file = folder / "template"
    file.write_text(text, encoding="utf-8")
    return policies.read(file)


def _properties(folder: Path, text: str) -> Any:
    return _read(folder, text)["Resources"]["Q"]["Properties"]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ('{"A": ["x"],\n"B": {"A": 1}, "A": ["y"]}', 'has the key "A" twice in one object, again in line 3'),
        ('{"A": "{",\n"\\u0041": 1}', 'has the key "A" twice in one object, again in line 3'),
        ('{"A": "NaN",\n"B": NaN}', "is not JSON: NaN in line 3"),
        ('{"B": -Infinity}', "is not JSON: -Infinity in line 2"),
        ('{"A": ' + "9" * 6_000 + "}", "has a number of more than 1000 digits in line 2"),
        ('{"A": 1e400}', "has the number 1e400, which is too large, in line 2"),
        ("[" * 100_000, "is nested too deeply, more than 200 times, in line 2"),
        ('{"A":\n[1, null]}', r"has null in Resources.Q.Properties.A\[1\], which .* in line 3"),
    ],
)
def test_json_is_read_strictly(tmp_path: Path, value: str, problem: str) -> None:
    with pytest.raises(UserError, match=rf": {problem}, column \d+$"):
        _read(tmp_path, HEAD + value + "}}}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            f"{QUEUE}    Properties:\n      A: 1\n      'A': 2\n",
            'has the key "A" twice in .*, again in line 6',
        ),
        (QUEUE + QUEUE, 'has the key "Resources" twice in one mapping, again in line 4'),
        (f"{QUEUE}---\n{QUEUE}", "holds a second document in line 4"),
        (LAUGHS + QUEUE, r"has the alias \*a, which CloudFormation does not take, in line 2"),
        (
            f"{QUEUE}    Properties: {{<<: {{A: 1}}}}\n",
            "has a merge, <<, which .* in line 4",
        ),
        (f"{QUEUE}    A: !!binary aGk=\n", "has the tag !!binary, which CloudFormation does not take, in line 4"),
        (f"{QUEUE}    A: !!timestamp 2001-01-01\n", "has the tag !!timestamp, which .* in line 4"),
        (f"{QUEUE}    A: !!set {{a}}\n", "has the tag !!set, which CloudFormation does not take, in line 4"),
        (f"{QUEUE}    A: !!python/name:os.system\n", "has the tag !!python/name:os.system, which .* in line 4"),
        (f"{QUEUE}    A: !!bool perhaps\n", "has no bool that can be read in line 4"),
        (f"{QUEUE}    [A]: 1\n", "has a key that is not a text in line 4"),
        (f"{QUEUE}    !Ref A: 1\n", "has a key that is not a text in line 4"),
        (f'{QUEUE}    A: "\\ud800"\n', "is not YAML: .* in line 4"),
        (f"{QUEUE}    A: {'9' * 6_000}\n", "has a number of more than 1000 digits in line 4"),
        (f"{QUEUE}    A: {'[' * 30_000}\n", "is nested too deeply, more than 200 times, in line 4"),
        (f"{QUEUE}    A:\n      {'- ' * 30_000}x\n", "is nested too deeply, more than 200 times, in line 5"),
        (f"{QUEUE}    A: {'{a: ' * 30_000}\n", "is nested too deeply, more than 200 times, in line 4"),
    ],
)
def test_yaml_is_read_as_cloudformation_takes_it(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(UserError, match=rf": {problem}, column \d+$"):
        _read(tmp_path, text)


@pytest.mark.parametrize("text", ['{"A": "\\ud83d\\ude00",\n"B": "b\\ud800"}', '{\n"\\udc00": 1}'])
def test_half_a_character_is_shown(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match=r'has an unpaired surrogate in line 3, column \d+: ".*\\u'):
        _read(tmp_path, HEAD + text + "}}}")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (f"{QUEUE}    Properties:\n      123: a\n", "the number 123 as a key, .* in line 5, column 7"),
        (f"{QUEUE}    Properties: {{1.50: a}}\n", "the number 1.50 as a key, .* in line 4, column 18"),
        (f"{QUEUE}    Properties: {{yes: a}}\n", "the flag yes as a key, .* in line 4, column 18"),
        (f"{QUEUE}    Properties: {{~: a}}\n", "the null ~ as a key, .* in line 4, column 18"),
        (f"{QUEUE}    Properties:\n      A:\n        - x\n        -\n", r"null in .*A\[1\], .* in line 7, column 10"),
        (f"Outputs:\n{QUEUE}", "null in Outputs, .* in line 1, column 9"),
        (f"{QUEUE}    Properties: [1]\n", "Resources.Q.Properties is not an object in line 4, column 17"),
        (f"{QUEUE}    Metadata: yes\n", "Resources.Q.Metadata is not an object in line 4, column 15"),
        ("Resources:\n  Q:\n    Properties: {}\n", "Resources.Q has no Type in line 3, column 5"),
        ("Resources:\n  Q:\n    Type: [x]\n", "Resources.Q has no Type in line 3, column 11"),
        ('{"Resources": {"Q":\n {"Type": 5}}}', "Resources.Q has no Type in line 2, column 11"),
        ('{"Resources":\n {}}', "has no resources: there is nothing to judge in line 2, column 2"),
        ("Resource:\n  Q: {}\n", "it has no Resources in line 1, column 1"),
        ("- Resources\n", "it is not an object with Resources in line 1, column 1"),
        (f"{QUEUE}    A: .nan\n", "has the number .nan, which no JSON has, in line 4, column 8"),
        (f"{QUEUE}    A: 'ü\a'\n", r"has the control character U\+0007 in line 4, column 10"),
        (f"{QUEUE}    A: }}\n", "is not YAML: .* in line 4, column 8"),
        (f"{QUEUE}    A: 'open\n", "is not YAML: .* in line 5, column 1"),
        ('{"Resources":\n [', "is not JSON: Expecting value in line 2, column 3"),
    ],
)
def test_a_refusal_says_its_place(tmp_path: Path, text: str, refusal: str) -> None:
    with pytest.raises(UserError, match=f"{refusal}$"):
        _read(tmp_path, text)


def test_a_byte_that_is_no_text_has_its_place(tmp_path: Path) -> None:
    file = tmp_path / "template"
    file.write_bytes("Resources:\n  Ü: x".encode() + b"\xff\n")
    with pytest.raises(UserError, match=r"is not a text in UTF-8: the byte 0xff in line 2, column 7$"):
        policies.read(file)


def test_a_workflow_may_have_nulls(tmp_path: Path) -> None:
    assert _properties(tmp_path, HEAD + '{"Definition": {"ResultPath": null}}}}}') == {
        "Definition": {"ResultPath": None}
    }


def test_a_key_of_two_lines_is_told_in_one(tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        _read(tmp_path, f'{QUEUE}    "A\\nB": 1\n    "A\\nB": 2\n')
    assert "\n" not in str(raised.value)


def test_pairs_of_escapes_and_escaped_backslashes_are_characters(tmp_path: Path) -> None:
    assert _properties(tmp_path, HEAD + r'{"A": "\ud83d\ude00", "B": "\\ud800"}}}}') == {"A": "😀", "B": r"\ud800"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("5", 5),
        ("'5'", "5"),
        ("!!str 5", "5"),
        ("! 5", 5),
        ("1.5", 1.5),
        ("yes", True),
        ("2012-10-17", "2012-10-17"),
        ("=", "="),
        ("&kept [1, []]", [1, []]),
        ("!Ref 5", {"Ref": "5"}),
        ("!Condition c", {"Condition": "c"}),
        ("!If [c, !Ref d, {e: !Sub f}]", {"Fn::If": ["c", {"Ref": "d"}, {"e": {"Fn::Sub": "f"}}]}),
        ("!Transform {Name: n}", {"Fn::Transform": {"Name": "n"}}),
        ("{'NO': no, '200': ok, '<<': x}", {"NO": False, "200": "ok", "<<": "x"}),
    ],
)
def test_yaml_means_what_it_says(tmp_path: Path, written: str, read: object) -> None:
    assert _properties(tmp_path, f"{QUEUE}    Properties:\n      A: {written}\n") == {"A": read}
