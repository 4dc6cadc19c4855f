"""screening under load: its transactions, their reconciliation and their measures."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from hallmark import yaml_lines
from hallmark.cost import of_outcome
from hallmark.ledger.subscription import Subscription, subscribed
from hallmark.load.account import Account
from hallmark.load.kinds import Kinds
from hallmark.load.load import Load, Target
from hallmark.load.outcome import Arithmetic, Measure
from hallmark.load.plan import Arrival
from hallmark.load.run_file import RunFile
from hallmark.load.signing import signer
from hallmark.progress import Callback
from hallmark.sending.item import Item
from hallmark.stage import Stage
from hallmark.systems.screening.load import capacity, steps
from hallmark.systems.screening.load.decisions import decision_percentile
from hallmark.systems.screening.load.mix import TransactionMix, is_waited_for
from hallmark.systems.screening.load.platform import FUNCTIONS, sustained
from hallmark.systems.screening.load.reconciliation import STARTED, ScreeningReconciliation, receipt, reconcile
from hallmark.systems.screening.machine import Machine
from hallmark.systems.screening.transaction import Transaction
from infra.screening.outputs import Output

FLOOR = Path(__file__).with_name("floor.template.yaml")


def _is_waited_for(item: Item) -> bool:
    return is_waited_for(_transaction(item))


class ScreeningLoad(Load):
    """Transactions at the rates of load/scenarios/screening, most of them waited for, the others started only.

    The latency of the load is that of those that are waited for: a start is answered before anything is done.
    """

    kinds: ClassVar[Kinds] = Kinds(STARTED, is_timed=_is_waited_for)
    measures: ClassVar[Mapping[str, tuple[Measure, str]]] = MappingProxyType(
        {
            "decision p50": (decision_percentile(50), "ms"),
            "decision p99": (decision_percentile(99), "ms"),
            "highest rate": (steps.highest_rate, "transactions/s"),
            "cost of a million": (of_outcome.dollars, "dollars"),
            **{f"p99 of {name}": (capacity.p99(name), "ms") for name in FUNCTIONS},
        }
    )
    arithmetic: ClassVar[Mapping[str, Arithmetic]] = MappingProxyType(
        {
            "highest rate": steps.told,
            "cost of a million": of_outcome.told,
            **{f"p99 of {name}": capacity.told(name) for name in FUNCTIONS},
        }
    )

    # A transaction takes nearly three times the processor time of the floor's: on one machine half is out of reach.
    floor_times: ClassVar[float] = 4

    def __init__(self) -> None:
        self._heard: Subscription | None = None

    def mix(self, stage: Stage) -> TransactionMix:
        """Return the mix for a stage's workflow, or its floor's."""
        return TransactionMix(stage.outputs[Output.WORKFLOW_ARN])

    def mix_again(self) -> TransactionMix:
        """Return the mix for no workflow: which transactions were waited for needs no stage."""
        return TransactionMix("")

    def target(self, stage: Stage) -> Target:
        """Return the address of Step Functions, whose requests are signed."""
        address = stage.endpoint or f"https://states.{stage.region}.amazonaws.com"
        return Target(f"{address}/", sign=signer(stage, "states"))

    def url(self, target: Target, item: Item) -> str:
        """Return the address of an item's request: on AWS what is waited for has a host of its own.

        https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
        """
        is_elsewhere = _is_waited_for(item) and target.url.startswith("https://states.")
        return target.url.replace("https://", "https://sync-", 1) if is_elsewhere else target.url

    def headers(self, item: Item) -> Mapping[str, str]:
        """Return the call's name and its type."""
        call = "StartSyncExecution" if _is_waited_for(item) else "StartExecution"
        return {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"AWSStepFunctions.{call}"}

    def receipt(self, answer: bytes) -> str:
        """Return the execution, and how it ended if that is known."""
        return receipt(json.loads(answer))

    @contextmanager
    def observing(self, stage: Stage) -> Iterator[None]:
        """Subscribe to the topic of alerts."""
        with subscribed(stage, stage.outputs[Output.ALERTS_TOPIC_ARN]) as self._heard:
            yield

    def reconcile(
        self,
        stage: Stage,
        run: RunFile,
        planned: Sequence[Arrival],
        drain_buffer: bool,
        account: Account,
        progress: Callback,
    ) -> ScreeningReconciliation:
        """Reconcile every transaction and every alert of a run; it takes nothing that its account keeps not."""
        return reconcile(stage, run, planned, self._heard, account, progress)

    def floor(self, stage: Stage) -> tuple[str, Mapping[str, str]]:
        """Return the template of the stage's workflow over functions that do nothing, and its parameters."""
        template = yaml_lines.read(FLOOR)
        described = stage.client("stepfunctions").describe_state_machine(
            stateMachineArn=stage.outputs[Output.WORKFLOW_ARN]
        )
        definition = described["definition"].replace("${", "${!")
        for output in FUNCTIONS.values():
            resource = output.removesuffix("Arn")
            definition = definition.replace(stage.outputs[output], f"${{{resource}.Arn}}")
        template["Resources"]["Workflow"]["Properties"]["DefinitionString"] = {"Fn::Sub": definition}
        return json.dumps(template), {"Stage": stage.name}

    def sustained(self, floor: Stage) -> float | None:
        """Return how many executions of the floor end in a second when it is never idle."""
        machine = Machine(floor)
        return sustained(lambda: machine.run("{}"))


def _transaction(item: Item) -> Transaction:
    assert isinstance(item, Transaction)
    return item
