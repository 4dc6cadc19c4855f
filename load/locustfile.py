"""The load generator: `locust -f load/locustfile.py --scenario steady`, in the web page, headless or distributed.

Arrivals follow the scenario's plan, independent of the system, and latencies count from the moment they were due.
The master (or the only process) writes the run, for `hallmark load judge`.
"""

import time
from argparse import ArgumentParser
from collections.abc import Container, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

import gevent
from locust import FastHttpUser, events, task
from locust.env import Environment
from locust.runners import MasterRunner, Runner, WorkerRunner

from hallmark.evidence import now
from hallmark.load import scenario
from hallmark.load.abuse_key import over_quota_key
from hallmark.load.dispatch import Dispatch
from hallmark.load.floor import floor_of
from hallmark.load.kinds import REGULAR
from hallmark.load.load import Following
from hallmark.load.plan import Arrival, Terms, arrivals, share
from hallmark.load.run_file import GIVEN_UP, NO_ANSWER, RUNS, RunFile, Sample, samples_of
from hallmark.sending.trace import header_of
from hallmark.stage.deployed import DeployedStage
from hallmark.stage.opening import open_stage
from hallmark.systems.wing import load_of
from infra.systems import NAMES, SYSTEM_VARIABLE

LEAD_SECONDS = 1.0
GRACE_SECONDS = 40.0
POLL_SECONDS = 0.2


@events.init_command_line_parser.add_listener
def _(parser: ArgumentParser) -> None:
    known = sorted({name for system in NAMES for name in scenario.names(system)})
    parser.add_argument("--scenario", choices=known, default="steady", help="A file in load/scenarios/SYSTEM.")
    only = NAMES[0] if len(NAMES) == 1 else None
    parser.add_argument("--system", choices=NAMES, env_var=SYSTEM_VARIABLE, default=only, required=not only)
    parser.add_argument("--floor", action="store_true", help="Send to the no-op function beside the stage.")
    parser.add_argument("--target", choices=["embedded", "aws"], default="embedded", help="The stage's target.")
    parser.add_argument("--stage", default="dev", help="The stage.")
    parser.add_argument("--rate", type=float, help="Items a second in the main phase; the others in proportion.")
    parser.add_argument("--seconds", type=float, help="Duration of the main phase.")
    # Options are sent to the workers, so they are plain values.
    parser.add_argument("--run-file", help="The file of the run; by default build/load/SCENARIO.json.")


def _options(environment: Environment) -> Any:
    return environment.parsed_options


def _stage(options: Any) -> DeployedStage:
    found = open_stage(options.target, options.system, options.stage)
    return floor_of(found) if options.floor else found


def _runner(environment: Environment) -> Runner:
    assert environment.runner is not None
    return environment.runner


class Generator:
    """One process's part of a run: its dispatch, the addresses and keys, and the samples not sent to the master yet."""

    def __init__(self, environment: Environment, terms: Terms, over_quota: str, number: int, of: int) -> None:
        options = _options(environment)
        stage = _stage(options)
        self.load = load_of(stage.system)
        self.mix = self.load.mix(stage)
        own = share(arrivals(terms, self.load.kinds, self.mix), number, of)
        self._target, self._host = self.load.target(stage), options.host
        # A key or a signature is sent only to its own API, not to another host.
        self._key_of = None if options.host else self._target.key_of
        self._sign = None if options.host else self._target.sign
        self._over_quota = over_quota
        self.mark = terms.mark
        self.samples: list[Sample] = []
        phases = terms.load().phases
        latest = {phase.name: phase.ends_late for phase in phases}
        settles = {phase.name for phase in phases if phase.settles}
        self.dispatch = Dispatch(own, time.monotonic() + LEAD_SECONDS, latest, settles)
        gevent.spawn(self.dispatch.run)

    def key(self, arrival: Arrival) -> str | None:
        """Return the key that an arrival's request is sent with."""
        chosen = self.load.kinds.key(arrival.kind)
        if self._key_of is None or chosen == "none":
            return None
        return self._over_quota if chosen == "over its quota" else self._key_of(arrival.item)

    def url(self, arrival: Arrival) -> str:
        """Return the address of an arrival's request."""
        return self._host or self.load.url(self._target, arrival.item)

    def headers(self, arrival: Arrival, body: bytes) -> Mapping[str, str]:
        """Return the headers of an arrival's request, with its key or its signature."""
        headers = {**self.load.headers(arrival.item), **header_of(self.mark)}
        if key := self.key(arrival):
            headers["x-api-key"] = key
        return self._sign(self.url(arrival), body, headers) if self._sign else headers

    def taken(self) -> list[list[Any]]:
        """Return the samples since the last call, as rows."""
        samples = self.samples
        self.samples = []
        return [sample.row() for sample in samples]


class Run:
    """The master's data: the terms, the number of samples due, and those received."""

    def __init__(self, environment: Environment) -> None:
        options = _options(environment)
        stage = _stage(options)
        load = load_of(stage.system)
        kinds, mix = load.kinds, load.mix(stage)
        key = scenario.stage_key(options.target, options.stage)
        tuning = options.rate, options.seconds
        self.terms = Terms.starting_now(stage.system, options.scenario, key, kinds, mix, *tuning)
        planned = arrivals(self.terms, kinds, mix)
        self.due, self.seconds = len(planned), sum(phase.seconds for phase in self.terms.load().phases)
        self.started, self.stack = now(), stage.incarnation
        self.rows: list[list[Any]] = []
        wanted = any(arrival.kind != REGULAR and kinds.over_quota(arrival.kind) for arrival in planned)
        self.made, self.over_quota = ExitStack(), ""
        if wanted and not options.host:
            self.over_quota = self.made.enter_context(over_quota_key(stage, load.target(stage).api_id))

    def write(self, environment: Environment, generators: int) -> None:
        """Write the run; an arrival without a sample was not sent."""
        options = _options(environment)
        path = Path(options.run_file or RUNS / f"{options.scenario}.json")
        users = _runner(environment).target_user_count
        where = (options.target, options.stage)
        samples = tuple(one for one in samples_of(self.rows) if one.status != GIVEN_UP)
        RunFile(self.terms, *where, self.started, users, generators, samples, self.stack).write(path)


class State:
    """The run, and this process's part of it."""

    run: ClassVar[Run | None] = None
    generator: ClassVar[Generator | None] = None


class Senders(FastHttpUser):
    """Users, any free one of which sends the next arrival."""

    connection_timeout, network_timeout = 5.0, 35.0
    max_retries, max_redirects = 0, 0

    @task
    def send(self) -> None:
        """Send one arrival and record its sample; its latency is that of the first answer, from the system's API."""
        generator = State.generator
        assert generator is not None
        arrival = generator.dispatch.take()
        kinds = generator.load.kinds
        with self._post(generator, arrival) as answer:
            latency = generator.dispatch.latency(arrival)
            answer.request_meta["response_time"] = latency / 1000
            status = _noted(answer, kinds.answers(arrival.kind))
        receipt = ""
        if status == kinds.accepted:
            receipt = generator.load.receipt(answer.content)
            if following := generator.load.following(arrival.item, answer.content):
                last = self._follow(following, f"{arrival.phase}: {following.name}")
                status = status if last in following.accepted else last
        generator.samples.append(Sample(arrival.index, latency, status, receipt))
        given_up = generator.dispatch.done(arrival, latency)
        generator.samples += [Sample(one.index, 0, GIVEN_UP) for one in given_up]

    def _post(self, generator: Generator, arrival: Arrival) -> Any:
        name = f"{arrival.phase}: {arrival.kind}"
        body: Any = generator.mix.body(arrival.item, arrival.kind)
        headers: Any = generator.headers(arrival, body)
        return self.client.post(generator.url(arrival), data=body, headers=headers, name=name, catch_response=True)

    def _follow(self, following: Following, name: str) -> int:
        body: Any = following.body
        headers = {"Content-Type": following.content_type}
        answer = self.client.post(following.url, data=body, headers=headers, name=name, catch_response=True)
        with answer:
            status = _noted(answer, following.accepted)
        return status


def _noted(answer: Any, expected: Container[int]) -> int:
    """Return an answer's status, after Locust has been told whether it is expected."""
    status: int = answer.status_code or NO_ANSWER
    if status in expected:
        answer.success()
    else:
        answer.failure(f"status {status}")
    return status


def _take_part(environment: Environment, msg: Any, **_: Any) -> None:
    """Create a worker's generator before its users start."""
    part = dict(msg.data)
    State.generator = Generator(environment, Terms(**part.pop("terms")), **part)


@events.init.add_listener
def _(environment: Environment, **_: Any) -> None:
    options = _options(environment)
    if options.num_users is None:
        options.num_users = scenario.load(options.system, options.scenario).users
        options.spawn_rate = options.num_users
    Senders.host = options.host or "http://127.0.0.1"  # pyrefly: ignore[instance-var-assign] - Locust reads the class
    if isinstance(environment.runner, WorkerRunner):
        environment.runner.register_message("part", _take_part)


@events.test_start.add_listener
def _(environment: Environment, **_: Any) -> None:
    runner = _runner(environment)
    if isinstance(runner, WorkerRunner):
        return
    State.run = Run(environment)
    clients = list(runner.clients) if isinstance(runner, MasterRunner) else []
    for number, client in enumerate(clients):
        part = {"number": number, "of": len(clients), "over_quota": State.run.over_quota}
        data = {"terms": State.run.terms.to_message(), **part}
        runner.send_message("part", data, client)
    if not isinstance(runner, MasterRunner):
        State.generator = Generator(environment, State.run.terms, State.run.over_quota, 0, 1)
    gevent.spawn(_end_when_complete, environment, State.run, max(1, len(clients)))


@events.test_stop.add_listener
def _(**_: Any) -> None:
    """Remove what the run created on the stage, even if it was interrupted."""
    if State.run:
        State.run.made.close()


@events.report_to_master.add_listener
def _(data: dict[str, Any], **_: Any) -> None:
    data["samples"] = State.generator.taken() if State.generator else []


@events.worker_report.add_listener
def _(data: dict[str, Any], **_: Any) -> None:
    if State.run:
        State.run.rows += data.get("samples", [])


def _end_when_complete(environment: Environment, run: Run, generators: int) -> None:
    deadline = time.monotonic() + LEAD_SECONDS + run.seconds + GRACE_SECONDS
    while len(run.rows) < run.due and time.monotonic() < deadline:
        gevent.sleep(POLL_SECONDS)
        if State.generator:
            run.rows += State.generator.taken()
    run.write(environment, generators)
    environment.process_exit_code = int(len(run.rows) < run.due)
    if _options(environment).headless:
        _runner(environment).quit()
    else:
        _runner(environment).stop()
