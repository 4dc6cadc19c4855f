"""The audit log is read to its end, also where an answer is cut off without a token."""

from typing import Any

from hallmark.systems.realtime.ledger.audit_log import AuditLog
from hallmark.systems.realtime.ledger.expectation import expect
from tests.unit.hallmark.systems.realtime.ledger.pipeline import PARAMETERS, Pages, Pipeline, carried_run

CUT = 50


class CutOff(Pipeline):
    """Answers with the first events from a time on, and says nothing of the rest."""

    def get_paginator(self, operation: str) -> Any:
        return CutPages(self, operation)


class CutPages(Pages):
    def paginate(self, **request: Any) -> Any:
        for page in super().paginate(**request):
            yield {"events": [e for e in page["events"] if e["timestamp"] >= request["startTime"]][:CUT]}


def test_a_cut_answer_is_continued() -> None:
    pipeline, run = carried_run()
    log = AuditLog(CutOff(events=pipeline.events), expect(run, [], PARAMETERS))
    log.poll()
    assert log.complete
    assert len(pipeline.events) > CUT
    assert log.copies.total() + log.verdicts.total() + log.alerts.total() == len(pipeline.events)
