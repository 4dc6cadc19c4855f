"""A rule whose targets all retry and then use the rule's own dead-letter queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.metadata import mark
from infra.constructs.secure_queue import SecureQueue
from infra.names import Names


@dataclass(frozen=True)
class Delivery:
    """How often and how long EventBridge tries to reach a target."""

    retries: int
    event_age: Duration


@dataclass(frozen=True)
class Target:
    """One target of a rule; without a template it gets the event as it is."""

    target_id: str
    arn: str
    role_arn: str | None = None
    input_template: str | None = None
    input_paths: Mapping[str, str] | None = None

    def transformer(self) -> events.CfnRule.InputTransformerProperty | None:
        """Return the input transformer; None for a bus, which cannot have one."""
        if self.input_template is None:
            return None
        return events.CfnRule.InputTransformerProperty(
            input_template=self.input_template, input_paths_map=self.input_paths
        )


def rule_arn(scope: Construct, names: Names, bus: str, rule: str) -> str:
    """Return the ARN of a rule from its name: a reference in the queue's policy would be a circular dependency."""
    return Stack.of(scope).format_arn(
        service="events", resource="rule", resource_name=f"{names.of(bus, 'bus')}/{names.of(rule, 'rule')}"
    )


class EventFanout(Construct):
    """One enabled rule, its targets and its dead-letter queue.

    An L1 rule, because the CDK's own bus target takes no retry policy.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        bus: events.IEventBus,
        bus_role: str,
        rule: str,
        description: str,
        pattern: Mapping[str, Any],
        delivery: Delivery,
        targets: Sequence[Target],
    ) -> None:
        super().__init__(scope, construct_id)
        self._delivery = delivery
        self.arn = rule_arn(self, names, bus_role, rule)
        self.dead_letter_queue = SecureQueue(self, "DeadLetters", names=names, role=f"{rule}-dead-letter")
        self.dead_letter_queue.accept_from_rules([self.arn])
        self.resource = events.CfnRule(
            self,
            "Rule",
            name=names.of(rule, "rule"),
            description=description,
            event_bus_name=bus.event_bus_name,
            event_pattern=dict(pattern),
            state="ENABLED",
            targets=[self._durable(target) for target in targets],
        )
        mark(self.resource, names, rule)

    def allow_call_of(self, function: lambda_.IFunction) -> None:
        """Allow EventBridge to call the function on behalf of this rule only."""
        lambda_.CfnPermission(
            self,
            "Call",
            action="lambda:InvokeFunction",
            function_name=function.function_arn,
            principal="events.amazonaws.com",
            source_arn=self.arn,
        )

    def _durable(self, target: Target) -> events.CfnRule.TargetProperty:
        return events.CfnRule.TargetProperty(
            id=target.target_id,
            arn=target.arn,
            role_arn=target.role_arn,
            input_transformer=target.transformer(),
            retry_policy=events.CfnRule.RetryPolicyProperty(
                maximum_retry_attempts=self._delivery.retries,
                maximum_event_age_in_seconds=int(self._delivery.event_age.to_seconds()),
            ),
            dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=self.dead_letter_queue.queue_arn),
        )
