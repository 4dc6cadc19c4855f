"""Lists that age: what each has to say, until when it may be used, and who refuses it afterwards."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from hallmark import build
from hallmark.report import command as report
from infra import app, dated_lists
from infra.dated_lists import DatedList, lists_of, refuse_overdue
from infra.errors import UserError
from infra.paths import ROOT
from infra.systems import NAMES

SYSTEM = NAMES[0]
FILE = f"lambda/{SYSTEM}/rules/one.toml"
LIST = """
[[list]]
id = "watched"
version = "7"
effective = 2026-06-19
source = "https://lists.example/watched"
reviewBy = 2027-02-28
note = "Looked for\\n  and found."
countries = ["DE"]
"""
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A function that writes a rules file into a checkout of its own, and returns that checkout."""

    def write(text: str, file: str = FILE) -> Path:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_a_list_says_what_it_is_and_until_when_it_may_be_used(write: Write) -> None:
    (found,) = lists_of(SYSTEM, write(LIST))
    assert found == DatedList(
        *(FILE, "watched", "7", date(2026, 6, 19), "https://lists.example/watched", date(2027, 2, 28)),
        "Looked for and found.",
    )


def test_a_system_without_rules_files_has_no_lists(tmp_path: Path) -> None:
    assert lists_of(SYSTEM, tmp_path) == []
    refuse_overdue(date(2999, 1, 1), tmp_path)


def test_a_list_is_refused_from_the_day_after_its_review_on(write: Write) -> None:
    root = write(LIST)
    refuse_overdue(date(2027, 2, 28), root)
    with pytest.raises(UserError) as refused:
        refuse_overdue(date(2027, 3, 1), root)
    assert str(refused.value) == (
        f"lists that were to be reviewed: watched by 2027-02-28 ({FILE}): compare each with its source, "
        "then set its version, effective and reviewBy"
    )


def test_all_lists_past_their_review_are_in_one_line(write: Write) -> None:
    write(LIST)
    root = write(LIST.replace("watched", "blocked").replace("2027-02-28", "2027-01-31"), FILE.replace("one", "two"))
    both = r"watched by 2027-02-28 \(.*one\.toml\), blocked by 2027-01-31 \(.*two\.toml\)"
    with pytest.raises(UserError, match=both):
        refuse_overdue(date(2027, 3, 1), root)
    with pytest.raises(UserError, match=r"reviewed: blocked by") as refused:
        refuse_overdue(date(2027, 2, 28), root)
    assert "watched by" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "instead", "message"),
    [
        ("[[list]]", "[[list]", "cannot be read as TOML: "),
        ("[[list]]", "[[lists]]", "wants lists, as [[list]] tables"),
        ("[[list]]", "[list]", "wants lists, as [[list]] tables"),
        ('id = "watched"\n', "", "list 1: id wants a name such as call-for-action, got None"),
        ('"watched"', '"Watched List"', "list 1: id wants a name such as call-for-action, got 'Watched List'"),
        ('version = "7"\n', "", "list watched: version wants a text, got none"),
        ('"7"', '" "', "list watched: version wants a text, got ' '"),
        ('"7"', "7", "list watched: version wants a text, got 7"),
        ("effective = 2026-06-19\n", "", "effective wants a date such as 2026-11-30, without quotes, got none"),
        ("reviewBy = 2027-02-28\n", "", "list watched: reviewBy wants a date"),
        ("reviewBy", "review_by", "list watched: reviewBy wants a date"),
        ("2027-02-28", '"2027-02-28"', "list watched: reviewBy wants a date"),
        ("2027-02-28", "2027-02-28T00:00:00Z", "list watched: reviewBy wants a date"),
        ("2027-02-28", "2027-02-30", "cannot be read as TOML: "),
        ("2027-02-28", "2026-06-18", "list watched: reviewBy wants a day from effective on, got 2026-06-18"),
        ("https://lists.example/watched", "http://lists.example", "source wants an https address, or a file of the"),
        ("https://lists.example/watched", "docs/none.md", "source wants an https address, or a file of the"),
        ("source", "from", "list watched: source wants a text, got none"),
        ('note = "Looked for\\n  and found."', "note = 1", "list watched: note wants a text, got 1"),
    ],
)
def test_a_list_that_says_too_little_is_refused_in_one_line(
    write: Write, text: str, instead: str, message: str
) -> None:
    assert text in LIST
    with pytest.raises(UserError) as refused:
        lists_of(SYSTEM, write(LIST.replace(text, instead, 1)))
    assert str(refused.value).startswith(f"{FILE}: ")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_id_is_given_once(write: Write) -> None:
    write(LIST)
    with pytest.raises(UserError, match="list watched: another list has this id: rename one"):
        lists_of(SYSTEM, write(LIST, FILE.replace("one", "two")))


def test_the_lists_of_this_checkout_are_whole() -> None:
    for system in NAMES:
        for one in lists_of(system):
            assert one.review_by - one.effective < timedelta(days=366), one.id


@pytest.fixture
def overdue(monkeypatch: pytest.MonkeyPatch, write: Write) -> None:
    """The first system has a list that was to be reviewed."""
    root = write(LIST.replace("2027-02-28", "2026-06-20"))
    monkeypatch.setattr(dated_lists.refuse_overdue, "__defaults__", (date(2026, 6, 21), root))


@pytest.mark.usefixtures("overdue")
def test_nothing_is_synthesized_by_a_list_past_its_review() -> None:
    with pytest.raises(UserError, match="watched by 2026-06-20"):
        app.plan([])


@pytest.mark.usefixtures("overdue")
def test_nothing_is_built_by_a_list_past_its_review_even_if_everything_is_current() -> None:
    with pytest.raises(UserError, match="watched by 2026-06-20"):
        build.build(steps=())


@pytest.mark.usefixtures("overdue")
def test_no_report_is_made_by_a_list_past_its_review(tmp_path: Path) -> None:
    kept = tmp_path / "report" / "index.html"
    kept.parent.mkdir()
    kept.write_text("earlier")
    with pytest.raises(UserError, match="watched by 2026-06-20"):
        report.report_command(folder=kept.parent)
    assert kept.read_text() == "earlier"


def test_lists_are_judged_by_the_day_of_utc_and_the_files_of_the_checkout() -> None:
    assert dated_lists.refuse_overdue.__defaults__ == (None, ROOT)
