"""Whatever is sent to the API, the answer is a 4xx of the contract or the file is taken; what is refused is nowhere.

Drawn requests, 500 or as many as `--requests` says, drawn again by `--seed`.
"""

import hashlib
import json
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

import pytest

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.bank_upload import reading
from infra.bank_upload.outputs import Output
from tests.integration.bank_upload.conftest import Bank
from tests.integration.bank_upload.drawn_forms import Drawn, plain_file, requests
from tests.support.fuzzing import check_drawn
from tests.support.keys import unthrottled
from tests.support.refusals import ANY_MARK, new_mark
from tests.support.stage_contents import crashes, everything

REFUSALS = {400, 413, 415, 422}


@pytest.fixture(scope="module", autouse=True)
def crashed(stage: Stage) -> int:
    """How often a function had crashed before the first test of this file."""
    return crashes(stage)


@dataclass
class Sender:
    """Sends drawn requests of a bank over one connection, as they are; keeps what was accepted and what was not."""

    client: Bank
    run: str = field(default_factory=lambda: uuid.uuid4().hex)
    sent: int = 0
    accepted: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)

    def judge(self, drawn: Drawn) -> None:
        """Send a request; fail when its answer is not the contract's."""
        self.sent += 1
        mark = new_mark(self.run, self.sent)
        drawn = drawn.marked(mark)
        status, headers, body = self._answer(drawn)
        self.statuses[status] += 1
        (self.accepted if status == 202 else self.refused).add(mark)
        assert status in REFUSALS | {202}, (status, body, drawn)
        said = json.loads(body)
        assert mark not in body and mark not in headers, (body, drawn)
        if status in (202, 422):
            content = plain_file(drawn)
            assert content is not None, ("a form that a plain reading does not take", said, drawn)
            assert said["contentHash"] == hashlib.sha256(content).hexdigest(), drawn
            received = clock.from_text(said["receivedAt"])
            expected = reading.read(content, self.client.name, drawn.day, received)
            if status == 202:
                assert isinstance(expected, dict) and len(expected) == said["rows"], (expected, drawn)
            else:
                assert not isinstance(expected, dict), drawn
                shown = [{"line": one.line, "column": one.column, "rule": one.rule} for one in expected[:100]]
                assert (said["problems"], said["problemCount"]) == (shown, len(expected)), drawn
        else:
            assert said.keys() == {"message", "errors"} and said["message"], (said, drawn)

    def _answer(self, drawn: Drawn) -> tuple[int, str, str]:
        """Send a request byte by byte: a client's library would mend some of its headers."""
        address = urlsplit(self.client.url)
        connection = (HTTPSConnection if address.scheme == "https" else HTTPConnection)(address.netloc, timeout=30)
        connection.putrequest("POST", address.path)
        named = {"x-api-key": str(self.client.key), "content-type": drawn.kind, "x-report-date": drawn.day}
        for name, value in {**named, "content-length": str(len(drawn.body))}.items():
            connection.putheader(name, value.encode())
        connection.endheaders(drawn.body)
        answer = connection.getresponse()
        content = answer.read().decode()
        connection.close()
        return answer.status, str(answer.getheaders()), content


@pytest.fixture(scope="module")
def senders(stage: Stage, bank: Callable[..., Bank]) -> Iterator[list[Sender]]:
    """One for each bank: all of them together may send more than a day's requests of one."""
    with unthrottled(stage, stage.outputs[Output.USAGE_PLAN_ID]):
        yield [Sender(bank(name)) for name in json.loads(stage.outputs[Output.API_KEY_IDS])]


@pytest.mark.control("BU_BAD_INPUT", "BU_VALIDATE")
def test_drawn_requests(senders: list[Sender], request: pytest.FixtureRequest) -> None:
    def judged(drawn: Drawn) -> None:
        sender = min(senders, key=lambda one: one.sent)
        text = drawn.body.replace(b"{bank}", sender.client.name.encode())
        sender.judge(Drawn(drawn.kind, drawn.day, text))

    check_drawn(request, "requests", requests("{bank}"), judged)
    statuses = sum((sender.statuses for sender in senders), Counter[int]())
    assert {202, 400, 415, 422} <= statuses.keys(), statuses
    assert min(statuses[400], statuses[422]) > statuses.total() / 20, f"requests of one kind only: {statuses}"


@pytest.mark.control("BU_BAD_INPUT", "BU_NO_PAN")
def test_what_was_refused_left_no_trace(senders: list[Sender], stage: Stage, crashed: int) -> None:
    refused = set[str]().union(*(sender.refused for sender in senders))
    assert refused, "run the whole file: this is about the requests of its other test"
    traces = "\n".join(everything(stage))
    assert set(re.findall(ANY_MARK, traces)) & refused == set()
    assert crashes(stage) == crashed
