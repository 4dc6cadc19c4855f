"""Names of what is changed."""

from hallmark.stage.embedded import ACCOUNT

SYSTEM = "realtime"


def own_tags(tags: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the tags that may be set: those of CloudFormation itself are left out."""
    return [tag for tag in tags if not tag["Key"].startswith("aws:")]


NOTIFIER, RULE, BUS = "realtime-notifier-dev", "realtime-night-time-dev", "realtime-transaction-dev"
TABLE, BUCKET = "realtime-rules-dev", f"realtime-processed-dev-{ACCOUNT}"
ALARM, QUEUE, ROLE = "realtime-api-latency-dev", "realtime-buffer-dev", "realtime-notifier-dev"
