"""Sending keeps each account in order, tries again with the same id, and sorts the answers."""

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Literal

import pytest

from hallmark import clock
from hallmark.progress import Progress
from hallmark.sending import http, trace
from hallmark.sending.outcome import Run, Status
from hallmark.sending.run import carry
from hallmark.sending.sending import Options
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.outputs import Output
from hallmark.systems.realtime.sending import Cards
from infra.errors import UserError

T = datetime(2026, 11, 20, 12, tzinfo=UTC)
Answer = Callable[[str, int], tuple[int, dict[str, Any]]]  # transaction id, attempt from 1 -> status, body


def accepted(received_at: datetime | None = None) -> tuple[int, dict[str, Any]]:
    return 202, {"receivedAt": clock.to_text(received_at or clock.now())}


@dataclass
class Api:
    """A server on the loopback interface that remembers what came, and a stage that leads to it."""

    answer: Answer = lambda identity, attempt: accepted()
    traces: list[str] = field(default_factory=list)
    arrivals: list[tuple[str, str]] = field(default_factory=list)
    busy: set[str] = field(default_factory=set)
    overlaps: int = 0
    lock: Lock = field(default_factory=Lock)
    system: str = "realtime"
    name: str = "dev"
    target: Literal["embedded", "aws"] = "embedded"
    address: str = ""
    secret: str = "not-a-real-key"
    quiet_seconds: float = 0.0
    outputs: dict[str, str] = field(default_factory=lambda: {Output.API_ID: "api", Output.API_KEY_ID: "key"})

    def api_address(self, api_id: str) -> str:
        assert api_id == "api"
        return self.address

    def api_key(self, key_id: str) -> str:
        assert key_id == "key"
        return self.secret

    def client(self, service: str) -> Any:
        raise AssertionError("sending needs no client")

    def take(self, account: str, identity: str) -> tuple[int, dict[str, Any]]:
        with self.lock:
            self.overlaps += account in self.busy
            self.busy.add(account)
            self.arrivals.append((account, identity))
            attempt = [name for _, name in self.arrivals].count(identity)
        result = self.answer(identity, attempt)
        with self.lock:
            self.busy.discard(account)
        return result


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setattr(http, "_FIRST_PAUSE", 0.0)
    stage = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.headers["x-api-key"] == stage.secret
            stage.traces.append(self.headers[trace.HEADER])
            status, body = stage.take(request["accountId"], request["transactionId"])
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.001}, daemon=True).start()
    stage.address = f"http://127.0.0.1:{server.server_port}"
    yield stage
    server.shutdown()
    server.server_close()


def transactions(total: int, accounts: int) -> list[Transaction]:
    return [
        Transaction(
            f"txn-{n:06d}", f"acct-{n % accounts:03d}", T, Decimal("1.00"), "USD", "us-east-1", "groceries", False,
            "US", "UTC",
        )
        for n in range(total)
    ]  # fmt: skip


def run(stage: Api, sent: list[Transaction], concurrency: int = 4, rate: float | None = None) -> Run:
    return carry(Cards(), stage, sent, Options(rate=rate, concurrency=concurrency), lambda _: None)


@pytest.mark.parametrize(("accounts", "concurrency"), [(1, 8), (3, 8), (10, 4)])
def test_each_account_is_one_lane_in_order(api: Api, accounts: int, concurrency: int) -> None:
    sent = transactions(30, accounts)
    outcomes = run(api, sent, concurrency).outcomes
    lanes = defaultdict(list)
    for account, identity in api.arrivals:
        lanes[account].append(identity)
    assert api.overlaps == 0
    assert all(lane == sorted(lane) for lane in lanes.values())
    assert [outcome.item for outcome in outcomes] == sent
    assert {outcome.status for outcome in outcomes} == {Status.ACCEPTED}


ANSWERS = [
    pytest.param(lambda i, n: accepted(), Status.ACCEPTED, "", 1, id="202"),
    pytest.param(lambda i, n: accepted(T - timedelta(days=400)), Status.DUPLICATE, "", 1, id="202 of old"),
    pytest.param(lambda i, n: (429, {}) if n < 3 else accepted(), Status.ACCEPTED, "", 3, id="429"),
    pytest.param(lambda i, n: (503, {}) if n < 2 else accepted(), Status.ACCEPTED, "", 2, id="503"),
    pytest.param(lambda i, n: (503, {}), Status.FAILED, "503", http.ATTEMPTS, id="503 for good"),
    pytest.param(
        lambda i, n: (400, {"errors": [{"field": "ts"}, {"field": "amount"}]}),
        *(Status.REFUSED, "400 amount, ts", 1),
        id="400",
    ),
    pytest.param(lambda i, n: (409, {"errors": [{"field": "transactionId"}]}), Status.REFUSED, "409 transactionId", 1,
                 id="409"),
    pytest.param(lambda i, n: (413, []), Status.REFUSED, "413", 1, id="413"),
    pytest.param(lambda i, n: (202, {}), Status.FAILED, "202 without a `receivedAt`", 1, id="202 without time"),
]  # fmt: skip


@pytest.mark.control("RT_IDEMPOTENT")
@pytest.mark.parametrize(("answer", "status", "reason", "attempts"), ANSWERS)
def test_answers(api: Api, answer: Answer, status: Status, reason: str, attempts: int) -> None:
    api.answer = answer
    [outcome] = run(api, transactions(1, 1)).outcomes
    assert (outcome.status, outcome.reason) == (status, reason)
    assert bool(outcome.received_at) is outcome.carried
    assert len(api.arrivals) == attempts


def test_a_refused_key_stops_at_once_and_is_not_shown(api: Api) -> None:
    api.answer = lambda identity, attempt: (403, {"message": "Forbidden"})
    with pytest.raises(UserError, match="rejects the key") as caught:
        run(api, transactions(100, 10))
    assert api.secret not in str(caught.value)
    assert len(api.arrivals) < 100


def test_a_stage_that_does_not_answer_is_given_up(api: Api) -> None:
    api.address = "http://127.0.0.1:1"
    with pytest.raises(UserError, match="does not accept transactions"):
        run(api, transactions(50, 50))


def test_the_rate_is_kept_over_all_lanes(api: Api) -> None:
    begin = time.monotonic()
    run(api, transactions(21, 21), concurrency=8, rate=1000)
    assert time.monotonic() - begin >= 0.02


def test_progress_ends_with_all_answers(api: Api) -> None:
    seen: list[Progress] = []
    carry(Cards(), api, transactions(30, 5), Options(concurrency=4), seen.append)
    assert (seen[-1].phase, seen[-1].done, seen[-1].total, seen[-1].counts) == ("sending", 30, 30, {"accepted": 30})


def test_ctrl_c_says_how_far_it_came(api: Api) -> None:
    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(UserError, match=r"Interrupted after \d+ of 30 answers"):
        carry(Cards(), api, transactions(30, 5), Options(concurrency=4), interrupt)


def test_every_request_has_a_trace_of_its_own_that_names_its_run(api: Api) -> None:
    first, second = run(api, transactions(5, 5)), run(api, transactions(5, 5))
    assert len(set(api.traces)) == 10
    assert all(re.fullmatch("Root=1-[0-9a-f]{8}-[0-9a-f]{24}", one) for one in api.traces)
    for made in (first, second):
        assert sum(trace.is_of(one, made.mark) for one in api.traces) == 5


def test_nothing_to_send_is_an_empty_run(api: Api) -> None:
    assert run(api, []).outcomes == ()
