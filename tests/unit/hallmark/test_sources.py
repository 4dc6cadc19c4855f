"""Which line of the kept ones is shown for a resource, and for what no stack declares."""

from pathlib import Path

from hallmark.sources import Source, Sources, load

TEMPLATE = "build/cdk.out/s.template.json"
SOURCES = Sources(
    {
        "s": {
            "Fn": ["infra/constructs/role.py:1", "infra/x/functions.py:2", "infra/x/stack.py:3"],
            "Trunk": ["infra/constructs/role.py:4"],
            "": ["infra/x/stack.py:9"],
        }
    }
)


def test_the_innermost_line_outside_of_the_shared_constructs_comes_first() -> None:
    source = SOURCES.of(TEMPLATE, "Fn")
    assert source == Source(
        "infra/x/functions.py", 2, (Source("infra/constructs/role.py", 1), Source("infra/x/stack.py", 3))
    )
    assert str(source) == "infra/x/functions.py:2"
    assert SOURCES.of(TEMPLATE, "Trunk") == Source("infra/constructs/role.py", 4)


def test_what_was_read_back_has_the_line_of_what_was_declared() -> None:
    assert SOURCES.of("build/observed/s.template.json", "Fn") == SOURCES.of(TEMPLATE, "Fn")


def test_what_no_stack_declares_has_the_line_of_the_stack() -> None:
    assert SOURCES.of(TEMPLATE, "ByHand") == SOURCES.of(TEMPLATE, "") == Source("infra/x/stack.py", 9)


def test_another_file_of_the_build_is_about_the_stack_that_has_the_resource() -> None:
    assert SOURCES.of("build/iam/x.json", "Fn") == SOURCES.of(TEMPLATE, "Fn")
    assert SOURCES.of("build/iam/x.json", "Unknown") is None
    assert SOURCES.of("build/iam/x.json", "") is None


def test_a_file_of_the_repository_is_its_own_place() -> None:
    assert SOURCES.of("tests/a.py::test_a", "Fn") is None
    assert SOURCES.of("build/cdk.out/other.template.json", "Fn") is None


def test_nothing_is_kept_before_synthesis(tmp_path: Path) -> None:
    assert load(tmp_path) == Sources({})
