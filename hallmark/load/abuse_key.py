"""The key of a client over its quota: created for a run, deleted at its end."""

from contextlib import AbstractContextManager

from hallmark.stage import Stage
from hallmark.stage.plan_keys import plan_key
from infra.systems import system_of

QUOTA_PER_DAY = 1


def over_quota_key(stage: Stage, api_id: str) -> AbstractContextManager[str]:
    """Yield the value of a new key whose usage plan allows one request a day to an API."""
    name = f"{system_of(stage.system).slug}-load-over-quota-{stage.name}"
    return plan_key(stage, api_id, name, quota={"limit": QUOTA_PER_DAY, "period": "DAY"})
