"""Calls of AWS written as data: `service.operation: arguments`, with names for what only a stage knows."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from hallmark.observe import built_code
from hallmark.stage import Stage
from hallmark.stage.embedded import ACCOUNT

Json = dict[str, Any]
_HANDLER = "lambda-merchant-upload-api-handler-dev"
_LOGS = {"realtime": "/aws/lambda/realtime-notifier-dev", "merchant_upload": f"/aws/lambda/{_HANDLER}"}
_NAME = re.compile(r"\$([A-Za-z]+)")


def _archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.js", "exports.handler = async () => 'tap'")
    return buffer.getvalue()


class Caller:
    """Makes the calls on one stage; the first answer is kept for the calls that follow."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._answer: Json | None = None

    def call(self, calls: Mapping[str, Json]) -> None:
        """Make calls, in their order."""
        for name, arguments in calls.items():
            service, _, operation = name.partition(".")
            if own := _OWN.get(name):
                own(self._stage, self.named(arguments))
                continue
            filled = self._answered(self.named(arguments))
            client = self._stage.client(service)
            model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
            answer = getattr(client, operation)(**_texts(filled, model.input_shape))
            assert not answer.get("FailedEntryCount"), answer
            if self._answer is None:
                self._answer = answer

    def named(self, value: Any) -> Any:
        """Return a value with every name replaced; one that is a name alone keeps its type."""
        if isinstance(value, Mapping):
            return {key: self.named(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.named(item) for item in value]
        if not isinstance(value, str) or value.startswith("$."):
            return value
        whole = _NAME.fullmatch(value)
        return self._named(whole[1]) if whole else _NAME.sub(lambda match: str(self._named(match[1])), value)

    def _answered(self, value: Any) -> Any:
        """Return a value with fields of the first answer in their places."""
        if isinstance(value, Mapping):
            return {key: self._answered(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._answered(item) for item in value]
        if not isinstance(value, str) or not value.startswith("$."):
            return value
        found: Any = self._answer
        for key in value[2:].split("."):
            found = found[key]
        return found

    def _named(self, name: str) -> Any:
        known = self._known.get(name)
        return known() if known else self._stage.outputs[name]

    @cached_property
    def _known(self) -> dict[str, Callable[[], Any]]:
        ask, outputs = self._stage.client, self._stage.outputs
        api = {"restApiId": outputs["ApiId"]}
        arn = f"arn:aws:dynamodb:{self._stage.region}:{ACCOUNT}:table/"
        of_queue = {"AttributeNames": ["All"]}
        return {
            "account": lambda: ACCOUNT,
            "region": lambda: self._stage.region,
            "zip": _archive,
            "notifier": lambda: "realtime-notifier-dev",
            "handler": lambda: _HANDLER,
            "log": lambda: _LOGS[self._stage.system],
            "rules": lambda: arn + outputs["RulesTable"],
            "table": lambda: arn + outputs["TransactionsTable"],
            "deployment": lambda: ask("apigateway").get_stages(**api)["item"][0]["deploymentId"],
            "root": lambda: next(
                one["id"] for one in ask("apigateway").get_resources(**api)["items"] if one["path"] == "/"
            ),
            "row": lambda: self._row,
            "rule": lambda: {key: self._row[key] for key in ("ruleId", "version")},
            "visibility": lambda: _attribute(ask, outputs["BufferQueueUrl"], of_queue, "VisibilityTimeout"),
            "timeout": lambda: ask("lambda").get_function_configuration(FunctionName=_HANDLER)["Timeout"],
            "quota": lambda: str(ask("apigateway").get_usage_plan(usagePlanId=outputs["UsagePlanId"])["quota"]["limit"]),
            "retention": lambda: ask("logs").describe_log_groups(logGroupNamePrefix=_LOGS[self._stage.system])["logGroups"][
                0
            ]["retentionInDays"],
            "allowed": lambda: _attribute(ask, outputs["ParkingQueueUrl"], of_queue, "RedriveAllowPolicy"),
        }

    @cached_property
    def _row(self) -> Json:
        row: Json = self._stage.client("dynamodb").scan(TableName=self._stage.outputs["RulesTable"])["Items"][0]
        return row




def _attribute(ask: Callable[[str], Any], queue: str, which: Json, name: str) -> str:
    return str(ask("sqs").get_queue_attributes(QueueUrl=queue, **which)["Attributes"].get(name, ""))


def _texts(arguments: Json, shape: Any) -> Json:
    """Return the arguments with objects as JSON where AWS wants a text."""
    return {
        name: json.dumps(value)
        if isinstance(value, (dict, list)) and shape.members[name].type_name == "string"
        else value
        for name, value in arguments.items()
    }


def _repair(stage: Stage, _: Json) -> None:
    """Put the built code back, as `hallmark up --repair` does."""
    for one in built_code.foreign(stage):
        built_code.put_back(stage, one)


def _unsubscribe(stage: Stage, arguments: Json) -> None:
    """End all subscriptions of a topic: one that waits for its confirmation has no ARN in the answer."""
    sns = stage.client("sns")
    for one in sns.list_subscriptions_by_topic(**arguments)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])


_OWN: dict[str, Callable[[Stage, Json], None]] = {
    "hallmark.repair": _repair,
    "hallmark.unsubscribe": _unsubscribe,
}
