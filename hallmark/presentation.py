"""What the command prints about a stage."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from hallmark.redrive.queues import count, queues_of
from hallmark.stage import Stage

SAMPLE = {
    "transactionId": "example-{now:%H%M%S}",
    "accountId": "acct-example",
    "ts": "{now:%Y-%m-%dT%H:%M:%SZ}",
    "amount": 1499.5,
    "currency": "USD",
    "region": "us-east-1",
    "merchantCategory": "electronics",
    "cardNotPresent": True,
    "country": "US",
    "cardholderTimeZone": "America/New_York",
}


def _sample() -> str:
    now = datetime.now(UTC)
    return json.dumps(
        {key: value.format(now=now) if isinstance(value, str) else value for key, value in SAMPLE.items()}
    )


def _curl(url: str, key: str) -> str:
    return f"curl -sS {url} -H 'x-api-key: {key}' -H 'content-type: application/json' -d '{_sample()}'"


def _card(console: Console, lines: Mapping[str, str]) -> None:
    width = max(map(len, lines)) + 2
    for name, value in lines.items():
        console.print(f"{name:<{width}}{value}", markup=False, highlight=False, soft_wrap=True)


def embedded_card(console: Console, stage: Stage, environment: Mapping[str, str]) -> None:
    """Say how to reach an embedded stage: addresses, key, a request to paste, and the AWS CLI's variables."""
    endpoint, *others = (f"{name}={value}" for name, value in environment.items())
    _card(
        console,
        {
            "stage": f"{stage.name} (embedded)",
            "endpoint": environment["AWS_ENDPOINT_URL"],
            "API": stage.api_url,
            "API key": stage.api_key,
        },
    )
    console.print("\ntry it:", style="bold")
    console.print(_curl(stage.api_url, stage.api_key), markup=False, highlight=False, soft_wrap=True)
    console.print("\nfor the AWS CLI:", style="bold")
    for exported in (endpoint, " ".join(others)):
        console.print(f"export {exported}", markup=False, highlight=False, soft_wrap=True)


def aws_card(console: Console, stage: Stage) -> None:
    """Say how to reach a stage on AWS; its key is not shown, only how its owner gets it."""
    key_id = stage.outputs["ApiKeyId"]
    fetch = f"aws apigateway get-api-key --include-value --query value --output text --api-key {key_id}"
    _card(console, {"stage": f"{stage.name} (AWS)", "API": stage.api_url})
    console.print("\ntry it:", style="bold")
    console.print(_curl(stage.api_url, f"'\"$({fetch})\"'"), markup=False, highlight=False, soft_wrap=True)


def status(console: Console, stage: Stage) -> None:
    """Print a stage's address and how many messages wait in each of its queues."""
    _card(console, {"stage": f"{stage.name} ({stage.target})", "API": stage.api_url})
    table = Table("queue", "messages")
    for queue in queues_of(stage):
        table.add_row(queue.name, str(count(stage, queue)))
    console.print(table)


def published(console: Console, versions: Iterable[tuple[str, int, str, str]]) -> None:
    """Print what publishing the rules did."""
    table = Table("rule", "version", "", "in force from")
    for rule, version, outcome, effective_from in versions:
        table.add_row(rule, str(version), outcome, effective_from)
    console.print(table)
