"""The durations of invocations are those of the REPORT lines of a function's log."""

from types import SimpleNamespace

from hallmark.load.function_durations import durations, within

REPORT = "REPORT RequestId: 1\tDuration: {} ms\tBilled Duration: 5 ms\tMemory Size: 3072 MB\tMax Memory Used: 52 MB"


def test_each_report_line_is_an_invocation_with_the_time_of_its_end():
    asked = []
    events = [
        {"timestamp": 1000, "message": REPORT.format("4.25")},
        {"timestamp": 2000, "message": REPORT.format(7)},
        {"timestamp": 2000, "message": "REPORT RequestId: of a function's own line"},
    ]

    def paginate(**given):
        asked.append(given)
        return [{"events": events[:1]}, {"events": events[1:]}]

    stage = SimpleNamespace(
        client=lambda _: SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=paginate))
    )
    found = durations(stage, {"validation": "arn:aws:lambda:us-east-1:1:function:lambda-screening-validation-dev"}, 900)
    assert found == {"validation": [(1000, 4.25), (2000, 7.0)]}
    assert asked[0]["logGroupName"] == "/aws/lambda/lambda-screening-validation-dev"
    assert asked[0]["startTime"] == 900
    assert within(found["validation"], 0.5, 1.5) == [0.00425]
