"""`hallmark policy --list` and `--explain`, and the page that is made of the cards."""

import json

import pytest

from hallmark.cli import run
from hallmark.judging.page import PAGE, render
from infra.errors import UserError
from policies.engine import library
from policies.engine.catalogue import catalogues


def _printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["policy", *words]) == 0
    return capsys.readouterr().out


def test_the_page_is_that_of_the_cards() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "write it again: python -m hallmark.judging.page"


def test_every_policy_is_listed_with_its_types_and_users(capsys: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(_printed(capsys, "--list", "--json"))
    assert {one["id"] for one in listed} == library.names()
    assert all(one["title"] and one["types"] and one["catalogues"] for one in listed)
    assert "$" not in json.dumps([one["title"] for one in listed])
    (memory,) = (one for one in listed if one["id"] == "functions/memory")
    assert memory["parameters"] == {"memory_mb": "int"}
    text = _printed(capsys, "--list")
    assert "buckets/private  Buckets block public access\n    judges AWS::S3::Bucket; in serverless-baseline, " in text


def test_the_rows_of_a_catalogue_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--list", "--catalogue", "serverless-baseline")
    rows = json.loads(_printed(capsys, *words, "--json"))
    assert {"FN_RUNTIME", "BUCKET_TLS"} <= {one["id"] for one in rows}
    assert _printed(capsys, *words).splitlines()[0].split(maxsplit=2)[:2] == ["FN_RUNTIME", "high"]


def test_a_policy_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    text = _printed(capsys, "--explain", "queues/dead_letters")
    for part in (
        "statement ",
        "why ",
        "fix ",
        "source      https://docs.aws",
        "parameter   minimum_receives (int)",
        "passes",
    ):
        assert part in text
    assert "fails: " in text


def test_a_row_is_explained_with_its_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    text = _printed(capsys, "--explain", "QUEUE_FAILURES")
    assert "parameter   minimum_receives (int) = 2" in text
    about = json.loads(_printed(capsys, "--explain", "QUEUE_FAILURES", "--json"))
    assert about["policies"][0]["parameters"] == {"minimum_receives": {"type": "int", "value": 2}}
    assert about["policies"][0]["passes"]
    assert about["policies"][0]["fails"]


@pytest.mark.parametrize("name", sorted(library.names()))
def test_each_policy_can_be_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    about = json.loads(_printed(capsys, "--explain", name, "--json"))
    assert all(about[key] for key in ("statement", "why", "fix", "sources"))
    assert "infra/" not in about["fix"]


@pytest.mark.parametrize("name", [name for own in catalogues().values() for name in own.controls])
def test_each_control_can_be_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(_printed(capsys, "--explain", name, "--json"))["title"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("buckets/privat", "did you mean buckets/private"),
        ("bucket_tls", "did you mean BUCKET_TLS"),
        ("private", "buckets/private"),
        ("qqqqqq", "see --list"),
        ("", "there is no policy or control"),
    ],
)
def test_an_unknown_id_is_one_line_with_the_nearest(name: str, said: str) -> None:
    with pytest.raises(UserError, match=r"^there is no policy or control ") as raised:
        run(["policy", "--explain", name])
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
