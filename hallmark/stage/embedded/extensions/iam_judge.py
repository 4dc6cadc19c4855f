"""IAM decisions about what AWS services do on their own: by a resource's policy, or with a role of the account.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
import time
from functools import lru_cache
from typing import Any

from ministack.core.iam_evaluator import EvalContext, _gather_role_policies, evaluate, evaluate_resource_policy
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam, sqs

from hallmark.stage.embedded.extensions.iam_record import note

# What a role was allowed is not judged anew for so long, unless a request changes IAM; a stack's change takes as long.
# IAM is eventually consistent on AWS, too.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
KNOWN_SECONDS, _MOST_KNOWN = 1.0, 4096
_allowed_until: dict[tuple[str, ...], float] = {}


def _context(action: str, resource: str, principal: str, keys: dict[str, Any]) -> EvalContext:
    return EvalContext(
        principal_arn=principal,
        principal_type="AssumedRole" if ":assumed-role/" in principal else "Service",
        principal_account=get_account_id(),
        action=action,
        resource_arn=resource,
        region=get_region(),
        # AWS services use TLS among themselves.
        secure_transport=True,
        service_context={name.lower(): value for name, value in keys.items()},
    )


def service_may(service: str, policy: Any, action: str, resource: str, source: str) -> bool:
    """Return whether a resource's policy (text, mapping or none) lets a service act on behalf of the ARN `source`."""
    text = policy if isinstance(policy, str) else json.dumps(policy)
    # Equal requests have equal results, unless the policy depends on the time.
    judge = _judged.__wrapped__ if "Time" in text else _judged
    return judge(service, text, action, resource, source, get_account_id(), get_region())


@lru_cache(maxsize=4096)
def _judged(service: str, policy: str, action: str, resource: str, source: str, account: str, region: str) -> bool:
    """Decide by a policy's text; account and region are those of the context, and part of the cache key."""
    keys = {"aws:SourceArn": source, "aws:SourceAccount": account}
    decided = evaluate_resource_policy(policy, _context(action, resource, "*", keys), service=service)
    return bool(decided.decision == "Allow")


def queue_takes(service: str, queue: str, source: str) -> bool:
    """Return whether a queue's policy (`queue` is an ARN) lets a service send to it on behalf of the ARN `source`."""
    policy, _ = sqs.queue_policy_for_arn(queue) or ("", None)
    return service_may(service, policy, "sqs:SendMessage", queue, source)


def role_trusts(role_arn: str, service: str, source: str) -> bool:
    """Return whether a role lets a service assume it on behalf of the ARN `source`; a missing role does not.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    role = iam._roles.get(role_arn.rsplit("/", 1)[-1])
    return role is not None and service_may(
        service, role["AssumeRolePolicyDocument"], "sts:AssumeRole", role_arn, source
    )


def role_may(role_arn: str, by: str, action: str, resource: str, **keys: Any) -> bool:
    """Return whether a role's policies allow an action that the service `by` does with it, and record the use."""
    name, account = role_arn.rsplit("/", 1)[-1], get_account_id()
    asked = (account, get_region(), name, by, action, resource, repr(keys))
    allowed = _allowed_until.get(asked, 0.0) > time.monotonic()
    if not allowed:
        caller = f"arn:aws:sts::{account}:assumed-role/{name}/{by}"
        decided = evaluate(_context(action, resource, caller, keys), _gather_role_policies(name, account))
        allowed = bool(decided.decision == "Allow")
        if allowed:
            _remember(asked)
    note(name, by, action, resource, keys, allowed)
    return allowed


def forget() -> None:
    """Judge every role anew."""
    _allowed_until.clear()


def _remember(asked: tuple[str, ...]) -> None:
    if len(_allowed_until) > _MOST_KNOWN:
        forget()
    _allowed_until[asked] = time.monotonic() + KNOWN_SECONDS
