"""Routing of events: the five fraud rules, and the path from a suspicion to its alert."""

import json

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs import principals
from infra.constructs.event_fanout import EventFanout, Target, rule_arn
from infra.constructs.role import allow, least_role
from infra.realtime.event_rules import RuleSpec, rule_specs
from infra.realtime.events import DELIVERY, FRAUD_SUSPECTED, SOURCE
from infra.realtime.functions import Functions
from infra.realtime.messaging import SYSTEM_BUS, TRANSACTION_BUS, Buses, Queues
from infra.realtime.parameters import Function, Parameters
from infra.stage import Stage


class Routing(Construct):
    """Every fraud rule reaches the detector, the buffer and the audit bus."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        stage: Stage[Parameters],
        buses: Buses,
        queues: Queues,
        functions: Functions,
    ) -> None:
        super().__init__(scope, construct_id)
        self._names, self._buses, self._queues = stage.names, buses, queues
        self._detector, self._notifier = functions.fraud_detector.entry, functions.notifier.entry
        specs = rule_specs(stage.parameters)
        arns = [rule_arn(self, stage.names, TRANSACTION_BUS, spec.rule_id) for spec in specs]
        self._forwarder = self._forwarding_role(arns)
        queues.buffer.accept_from_rules(arns)
        self.fanouts = [*(self._fraud_rule(spec) for spec in specs), self._fraud_suspected()]

    def _fraud_rule(self, spec: RuleSpec) -> EventFanout:
        fanout = EventFanout(
            self,
            spec.rule_id,
            names=self._names,
            bus=self._buses.transaction,
            bus_role=TRANSACTION_BUS,
            rule=spec.rule_id,
            description=spec.description,
            pattern=spec.pattern,
            delivery=DELIVERY,
            targets=self._targets(json.dumps(spec.rule_id)),
        )
        fanout.allow_call_of(self._detector)
        return fanout

    def _targets(self, rule_id: str) -> list[Target]:
        """Return the targets; their input names the rule, because an event does not say which rule it matched.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
        """
        return [
            Target(
                _target_id(Function.FRAUD_DETECTOR),
                self._detector.function_arn,
                input_template=f'{{"ruleId": {rule_id}, "detail": <detail>}}',
                input_paths={"detail": "$.detail"},
            ),
            Target(
                "buffer-queue",
                self._queues.buffer.queue_arn,
                input_template=f'{{"ruleId": {rule_id}, "event": <aws.events.event.json>}}',
            ),
            Target("audit-bus", self._buses.audit.event_bus_arn, role_arn=self._forwarder.role_arn),
        ]

    def _fraud_suspected(self) -> EventFanout:
        fanout = EventFanout(
            self,
            "fraud-suspected",
            names=self._names,
            bus=self._buses.system,
            bus_role=SYSTEM_BUS,
            rule="fraud-suspected",
            description="a suspicion, to be alerted",
            pattern={"source": [SOURCE], "detail-type": [FRAUD_SUSPECTED]},
            delivery=DELIVERY,
            targets=[Target(_target_id(Function.NOTIFIER), self._notifier.function_arn)],
        )
        fanout.allow_call_of(self._notifier)
        return fanout

    def _forwarding_role(self, rule_arns: list[str]) -> iam.Role:
        # A bus is the only target that needs a role; only the five rules may assume it.
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
        trust = principals.service(
            "events.amazonaws.com",
            conditions={
                "ArnEquals": {"aws:SourceArn": rule_arns},
                "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
            },
        )
        # Matched events are copied to the audit bus, and to no other.
        forward = allow("ForwardToAudit", ["events:PutEvents"], self._buses.audit.event_bus_arn)
        return least_role(
            self,
            "Forwarder",
            name=self._names.of("audit-forwarder", "role"),
            trusted=trust,
            statements=[forward],
        )


def _target_id(function: Function) -> str:
    return function.replace("_", "-")
