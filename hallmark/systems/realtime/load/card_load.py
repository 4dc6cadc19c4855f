"""realtime under load: its traffic, its reconciliation and its measures."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from hallmark import yaml_lines
from hallmark.load.account import Account
from hallmark.load.kinds import Kinds
from hallmark.load.load import Load, Target
from hallmark.load.outcome import Measure
from hallmark.load.plan import Arrival
from hallmark.load.run_file import RunFile
from hallmark.progress import Callback
from hallmark.project import ROOT
from hallmark.stage import Stage
from hallmark.systems.realtime import api
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.load.abuse import KINDS
from hallmark.systems.realtime.load.measures import archive_missing, backlog_seconds, verdict_percentile
from hallmark.systems.realtime.load.mix import CardMix
from hallmark.systems.realtime.load.reconciliation import CardReconciliation, reconcile
from hallmark.systems.realtime.outputs import Output

FLOOR = Path(__file__).with_name("floor.template.yaml")
SCHEMA = ROOT / "infra" / "realtime" / "request.schema.json"


class CardLoad(Load):
    """Card transactions at the rates of load/scenarios/realtime."""

    kinds: ClassVar[Kinds] = KINDS
    measures: ClassVar[Mapping[str, tuple[Measure, str]]] = MappingProxyType(
        {
            "verdict p99": (verdict_percentile(99), "ms"),
            "backlog": (backlog_seconds, "s"),
            "archive missing": (archive_missing, "events"),
        }
    )

    def mix(self, stage: Stage) -> CardMix:
        """Return the mix by the parameters of the stage's rules."""
        return CardMix(RuleParameters.of(stage.outputs))

    def target(self, stage: Stage) -> Target:
        """Return the address that accepts transactions."""
        key = api.key(stage)
        return Target(api.url(stage), lambda item: key, api.api_id(stage))

    def receipt(self, answer: bytes) -> str:
        """Return `receivedAt` of a 202."""
        return str(json.loads(answer)["receivedAt"])

    def reconcile(
        self,
        stage: Stage,
        run: RunFile,
        planned: Sequence[Arrival],
        drain_buffer: bool,
        account: Account,
        progress: Callback,
    ) -> CardReconciliation:
        """Reconcile every card transaction of a run, including the warm-up's."""
        return reconcile(stage, run, planned, drain_buffer, account, progress)

    def floor(self, stage: Stage) -> tuple[str, Mapping[str, str]]:
        """Return the floor's template, with the pipeline's own request schema, and its parameters."""
        template = yaml_lines.read(FLOOR)
        template["Resources"]["Request"]["Properties"]["Schema"] = json.loads(SCHEMA.read_text(encoding="utf-8"))
        parameters = {"Stage": stage.name, "RuleParameters": stage.outputs[Output.RULE_PARAMETERS]}
        return json.dumps(template), parameters
