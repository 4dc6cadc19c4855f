"""Work that several processes share: the results of one, and its errors."""

import os

import pytest

from hallmark.mutants.processes import every
from infra.errors import UserError


def test_several_processes_return_what_one_does() -> None:
    found = every(lambda name: (name.upper(), os.getpid()), ["a", "b", "c"], 2)
    assert [(name, result) for name, (result, _) in found.items()] == [("a", "A"), ("b", "B"), ("c", "C")]
    assert os.getpid() not in {process for _, process in found.values()}
    assert every(lambda _: os.getpid(), ["a", "b"], 1) == {"a": os.getpid(), "b": os.getpid()}


def _refused(name: str) -> str:
    if name != "a":
        raise UserError(f"{name} is refused")
    return name


@pytest.mark.parametrize("processes", [1, 2])
def test_the_error_of_the_first_that_has_one_is_raised(processes: int) -> None:
    with pytest.raises(UserError, match=r"^b is refused$"):
        every(_refused, ["a", "b", "c"], processes)
    assert every(_refused, [], processes) == {}
