"""The longest time of a workflow, computed from its definition."""

import pytest

from infra.constructs.states import ALL, Retry, caught, longest_seconds, task

ONCE = Retry(("States.Timeout",), attempts=1, seconds=1)


def work(seconds=10, retry=ONCE, **settings):
    return task("arn:aws:states:::lambda:invoke", {}, seconds=seconds, retry=retry, result="$.done", **settings)


def machine(start, **states):
    return {"StartAt": start, "States": {**states, "Done": {"Type": "Succeed"}}}


def test_every_attempt_and_every_delay_counts():
    retry = Retry(("States.Timeout",), attempts=3, seconds=2, rate=2)
    assert longest_seconds(machine("Work", Work=work(10, retry)), 1) == 4 * 10 + 2 + 4 + 8


def test_a_delay_is_at_most_its_bound():
    retry = Retry(("States.Timeout",), attempts=4, seconds=4, rate=3, at_most=10)
    assert longest_seconds(machine("Work", Work=work(10, retry)), 1) == 5 * 10 + 4 + 10 + 10 + 10


def test_a_retrier_that_tries_no_more_adds_nothing():
    assert longest_seconds(machine("Work", Work=work(10, Retry(("Known",), attempts=0, seconds=9))), 1) == 10


def test_the_longest_way_counts_whether_by_choice_or_by_catch():
    short, long = work(1, then="Done"), work(50, then="Done")
    choice = {"Type": "Choice", "Choices": [{"Next": "Short"}], "Default": "Long"}
    assert longest_seconds(machine("Choice", Choice=choice, Short=short, Long=long), 1) == 2 * 50 + 1
    first = work(10, then="Short", catch=[caught(ALL, "Long", "$.error")])
    assert longest_seconds(machine("First", First=first, Short=short, Long=long), 1) == 2 * 10 + 1 + 2 * 50 + 1


@pytest.mark.parametrize(("concurrency", "items", "rounds"), [(10, 10, 1), (10, 11, 2), (4, 10, 3), (0, 10, 1)])
def test_a_map_has_as_many_rounds_as_its_concurrency_needs(concurrency, items, rounds):
    inner = machine("Work", Work=work(5, then="Done"))
    mapped = {"Type": "Map", "MaxConcurrency": concurrency, "ItemProcessor": inner, "Next": "Done"}
    assert longest_seconds(machine("Map", Map=mapped), items) == rounds * (2 * 5 + 1)


def test_a_task_without_a_time_out_has_no_longest_time():
    endless = {name: value for name, value in work(then="Done").items() if name != "TimeoutSeconds"}
    with pytest.raises(ValueError, match=r"^Work: a task without TimeoutSeconds"):
        longest_seconds(machine("Work", Work=endless), 1)
