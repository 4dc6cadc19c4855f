"""Names of what is changed."""

from hallmark.stage.embedded import ACCOUNT

SYSTEM = "realtime"
NOTIFIER, RULE, BUS = "realtime-notifier-dev", "realtime-night-time-dev", "realtime-transaction-dev"
TABLE, BUCKET = "realtime-rules-dev", f"realtime-processed-dev-{ACCOUNT}"
ALARM, QUEUE, ROLE = "realtime-api-latency-dev", "realtime-buffer-dev", "realtime-notifier-dev"
