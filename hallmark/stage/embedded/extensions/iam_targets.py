"""IAM for EventBridge targets: the target's policy or, for a bus or a state machine, the target's role must allow it.

Otherwise the event goes to the target's dead-letter queue at once, if that queue's policy allows it.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from typing import Any

from ministack.core.arn import parse_arn
from ministack.services import cloudwatch_logs, eventbridge, lambda_svc

from hallmark.stage.embedded.extensions.event_delivery import SERVICE, Undeliverable
from hallmark.stage.embedded.extensions.iam_judge import queue_takes, role_may, role_trusts, service_may

Json = dict[str, Any]


def _to_queue(target: Json, event: Json, rule: str) -> bool:
    return queue_takes(SERVICE, target["Arn"], rule)


def _to_function(target: Json, event: Json, rule: str) -> bool:
    policy, _ = lambda_svc.function_policy_for_arn(target["Arn"]) or (None, None)
    return service_may(SERVICE, policy, "lambda:InvokeFunction", target["Arn"], rule)


def _to_bus(target: Json, event: Json, rule: str) -> bool:
    role = target.get("RoleArn", "")
    keys = {"events:source": [event["Source"]], "events:detail-type": [event["DetailType"]]}
    return role_trusts(role, SERVICE, rule) and role_may(role, "events", "events:PutEvents", target["Arn"], **keys)


def _to_machine(target: Json, event: Json, rule: str) -> bool:
    role = target.get("RoleArn", "")
    return role_trusts(role, SERVICE, rule) and role_may(role, "events", "states:StartExecution", target["Arn"])


def _to_log_group(target: Json, event: Json, rule: str) -> bool:
    streams = f"{target['Arn'].removesuffix(':*')}:log-stream:"
    policies = [policy["policyDocument"] for policy in cloudwatch_logs._resource_policies.values()]
    return all(
        any(service_may(SERVICE, policy, action, streams, rule) for policy in policies)
        for action in ("logs:CreateLogStream", "logs:PutLogEvents")
    )


JUDGES = {
    "sqs": _to_queue,
    "lambda": _to_function,
    "events": _to_bus,
    "states": _to_machine,
    "logs": _to_log_group,
}


def install() -> None:
    """Check each attempt; deliveries to other services are not checked."""
    attempt = eventbridge._invoke_target

    def invoke_target(target: Json, event: Json, rule: Json, view: Any = None) -> None:
        service = parse_arn(target["Arn"]).service
        judge = JUDGES.get(service)
        if judge and not judge(target, event, rule.get("Arn", "")):
            raise Undeliverable("NO_PERMISSIONS", f"{SERVICE} is not authorized to reach {target['Arn']}")
        attempt(target, event, rule, view)

    eventbridge._invoke_target = invoke_target
