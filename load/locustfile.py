"""The load generator: `locust -f load/locustfile.py --scenario steady`, in the web page, headless or distributed.

Arrivals follow the scenario's plan, whatever the system does, and latencies count from the moment they were due.
The master (or the only process) writes the run; `hallmark load judge` tells what it is worth.
"""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar

import gevent
from locust import FastHttpUser, events, task
from locust.env import Environment
from locust.runners import MasterRunner, Runner, WorkerRunner

from hallmark.evidence import now
from hallmark.load import abuse, scenario
from hallmark.load.abuse_key import make_over_quota_key, remove_over_quota_key
from hallmark.load.account import ARCHIVE, archive_size
from hallmark.load.dispatch import Dispatch
from hallmark.load.plan import CARD, Arrival, Terms, arrivals, share
from hallmark.load.run_file import NO_ANSWER, RUNS, RunFile, Sample, samples_of
from hallmark.stage.opening import open_stage
from hallmark.traffic.parameters import RuleParameters

LEAD_SECONDS = 1.0
GRACE_SECONDS = 40.0
POLL_SECONDS = 0.2


@events.init_command_line_parser.add_listener
def _(parser: ArgumentParser) -> None:
    parser.add_argument("--scenario", choices=scenario.names(), default="steady", help="A file of load/scenarios.")
    parser.add_argument("--target", choices=["embedded", "aws"], default="embedded", help="Where the stage runs.")
    parser.add_argument("--stage", default="dev", help="The stage.")
    parser.add_argument("--system", default="realtime", help="The system; `floor` is the function that does nothing.")
    parser.add_argument("--rate", type=float, help="Transactions a second in the main phase; the others in proportion.")
    parser.add_argument("--seconds", type=float, help="Length of the main phase.")
    # Options travel to the workers, so they are plain values.
    parser.add_argument("--run-file", help="Where the run is written; by default build/load/SCENARIO.json.")


def _options(environment: Environment) -> Any:
    return environment.parsed_options


def _runner(environment: Environment) -> Runner:
    assert environment.runner is not None
    return environment.runner


class Generator:
    """One process's part of a run: its dispatch, the addresses and keys, and the samples that are not handed on yet."""

    def __init__(self, environment: Environment, terms: Terms, over_quota: str, number: int, of: int) -> None:
        options = _options(environment)
        stage = open_stage(options.target, options.system, options.stage)
        own = share(arrivals(terms, RuleParameters.of(stage.outputs)), number, of)
        # A key goes to its own API only, not to another host.
        self.url = options.host or stage.api_url
        self.keys = {} if options.host else {"the stage's": stage.api_key, "over its quota": over_quota}
        self.samples: list[Sample] = []
        self.dispatch = Dispatch(own, time.monotonic() + LEAD_SECONDS)
        gevent.spawn(self.dispatch.run)

    def taken(self) -> list[list[Any]]:
        """Return the samples since the last call, as rows."""
        samples = self.samples
        self.samples = []
        return [sample.row() for sample in samples]


class Run:
    """What the master knows: the terms, how many samples are due, and those that have come."""

    def __init__(self, environment: Environment) -> None:
        options = _options(environment)
        stage = open_stage(options.target, options.system, options.stage)
        parameters = RuleParameters.of(stage.outputs)
        key = scenario.stage_key(options.target, options.stage)
        self.terms = Terms.starting_now(options.scenario, key, parameters, options.rate, options.seconds)
        planned = arrivals(self.terms, parameters)
        self.due, self.seconds = len(planned), sum(phase.seconds for phase in self.terms.load().phases)
        self.started = now()
        self.archived = archive_size(stage) if ARCHIVE in stage.outputs else 0
        self.rows: list[list[Any]] = []
        self.abused = any(arrival.kind == abuse.OVER_QUOTA for arrival in planned) and not options.host
        self.over_quota = make_over_quota_key(stage) if self.abused else ""

    def write(self, environment: Environment, generators: int) -> None:
        """Write the run; what has no sample was not sent."""
        options = _options(environment)
        path = Path(options.run_file or RUNS / f"{options.scenario}.json")
        users = _runner(environment).target_user_count
        where = (options.system, options.target, options.stage)
        samples = samples_of(self.rows)
        RunFile(self.terms, *where, self.started, users, generators, self.archived, samples).write(path)


class State:
    """The run and the part of it that this process has."""

    run: ClassVar[Run | None] = None
    generator: ClassVar[Generator | None] = None


class CardHolders(FastHttpUser):
    """Whoever is free sends the next arrival."""

    connection_timeout, network_timeout = 5.0, 35.0
    max_retries, max_redirects = 0, 0

    @task
    def send(self) -> None:
        """Send one arrival and keep its sample."""
        generator = State.generator
        assert generator is not None
        arrival = generator.dispatch.take()
        expected = frozenset({202}) if arrival.kind == CARD else abuse.kind(arrival.kind).answers
        with self._post(generator, arrival) as answer:
            latency = generator.dispatch.latency(arrival)
            answer.request_meta["response_time"] = latency / 1000
            status = answer.status_code or NO_ANSWER
            if status in expected:
                answer.success()
            else:
                answer.failure(f"status {status}")
        generator.dispatch.done(arrival)
        received_at = str(json.loads(answer.content)["receivedAt"]) if status == 202 else ""
        generator.samples.append(Sample(arrival.index, latency, status, received_at))

    def _post(self, generator: Generator, arrival: Arrival) -> Any:
        wanted = "the stage's" if arrival.kind == CARD else abuse.kind(arrival.kind).key
        key = generator.keys.get(wanted)
        headers = {"Content-Type": "application/json", **({"x-api-key": key} if key else {})}
        name = f"{arrival.phase}: {arrival.kind}"
        body: Any = arrival.body
        return self.client.post(generator.url, data=body, headers=headers, name=name, catch_response=True)


def _take_part(environment: Environment, msg: Any, **_: Any) -> None:
    """A worker makes its generator before its users come."""
    part = dict(msg.data)
    State.generator = Generator(environment, Terms(**part.pop("terms")), **part)


@events.init.add_listener
def _(environment: Environment, **_: Any) -> None:
    options = _options(environment)
    if options.num_users is None:
        options.num_users = scenario.load(options.scenario).users
        options.spawn_rate = options.num_users
    CardHolders.host = options.host or "http://127.0.0.1"  # pyrefly: ignore[instance-var-assign] - Locust reads the class
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
def _(environment: Environment, **_: Any) -> None:
    """Take back what the run has made on the stage, also when it is interrupted."""
    if State.run and State.run.abused:
        options = _options(environment)
        remove_over_quota_key(open_stage(options.target, options.system, options.stage))


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
