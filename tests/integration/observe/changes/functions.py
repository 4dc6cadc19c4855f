"""Changes to functions, their aliases, permissions and logs."""

from collections.abc import Iterator
from typing import Any

from hallmark.stage import Stage
from tests.integration.observe.changes.names import NOTIFIER
from tests.integration.observe.changes.table import by_hand


def _function(stage: Stage, name: str, **settings: Any) -> None:
    stage.client("lambda").update_function_configuration(FunctionName=name, **settings)


@by_hand("FunctionsnotifierFunction", "MemorySize", "RT_FN_MEMORY")
def a_function_gets_less_memory(stage: Stage) -> Iterator[None]:
    _function(stage, NOTIFIER, MemorySize=256)
    yield
    _function(stage, NOTIFIER, MemorySize=512)


@by_hand("FunctionsnotifierFunction", "TracingConfig.Mode", "RT_FN_TRACING")
def a_function_is_no_longer_traced(stage: Stage) -> Iterator[None]:
    _function(stage, NOTIFIER, TracingConfig={"Mode": "PassThrough"})
    yield
    _function(stage, NOTIFIER, TracingConfig={"Mode": "Active"})


@by_hand("FunctionsnotifierFunction", "ReservedConcurrentExecutions", "RT_FN_RESERVED")
def a_function_reserves_less(stage: Stage) -> Iterator[None]:
    awslambda = stage.client("lambda")
    before = awslambda.get_function_concurrency(FunctionName=NOTIFIER)["ReservedConcurrentExecutions"]
    awslambda.put_function_concurrency(FunctionName=NOTIFIER, ReservedConcurrentExecutions=1)
    yield
    awslambda.put_function_concurrency(FunctionName=NOTIFIER, ReservedConcurrentExecutions=before)


@by_hand(
    "FunctionsnotifierDestinations", "DestinationConfig.OnFailure.Destination", "RT_FN_DESTINATIONS", "RT_IAM_LEAST"
)
def failures_are_no_longer_kept(stage: Stage) -> Iterator[None]:
    awslambda, alias = stage.client("lambda"), {"FunctionName": NOTIFIER, "Qualifier": "live"}
    found = awslambda.get_function_event_invoke_config(**alias)
    before = {key: found[key] for key in ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")}
    success = {"OnSuccess": found["DestinationConfig"]["OnSuccess"]}
    awslambda.put_function_event_invoke_config(**alias, **{**before, "DestinationConfig": success})
    yield
    awslambda.put_function_event_invoke_config(**alias, **before)


@by_hand("UnmanagedLambdaPermissionanybody", "", "RT_IAM_LEAST")
def anybody_may_call_a_function(stage: Stage) -> Iterator[None]:
    awslambda, by = stage.client("lambda"), {"FunctionName": NOTIFIER, "StatementId": "anybody"}
    awslambda.add_permission(**by, Action="lambda:InvokeFunction", Principal="*")
    yield
    awslambda.remove_permission(**by)


@by_hand(
    "UnmanagedLambdaFunctionrealtimeextradev",
    "",
    "RT_ALARM_FN",
    "RT_FN_LOGS",
    "RT_FN_MEMORY",
    "RT_FN_RESERVED",
    "RT_FN_RUNTIME",
    "RT_FN_TRACING",
    "RT_IAM_LEAST",
)
def a_function_is_added(stage: Stage) -> Iterator[None]:
    awslambda, name = stage.client("lambda"), "realtime-extra-dev"
    code = awslambda.get_function(FunctionName=NOTIFIER)["Configuration"]
    awslambda.create_function(
        FunctionName=name,
        Runtime="nodejs18.x",
        Handler="index.handler",
        Role=code["Role"],
        Code={"ZipFile": EMPTY_ZIP},
    )
    yield
    awslambda.delete_function(FunctionName=name)


# The end of a central directory without entries: the smallest archive there is.
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


@by_hand("FunctionsnotifierLogs", "RetentionInDays", "RT_FN_LOGS")
def logs_are_kept_for_a_week(stage: Stage) -> Iterator[None]:
    logs, group = stage.client("logs"), f"/aws/lambda/{NOTIFIER}"
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    yield
    logs.put_retention_policy(logGroupName=group, retentionInDays=30)


@by_hand("FunctionsfrauddetectorFunctionAliaslive", "ProvisionedConcurrencyConfig", "RT_FN_PROVISIONED")
def an_alias_is_provisioned(stage: Stage) -> Iterator[None]:
    awslambda, by = stage.client("lambda"), {"FunctionName": "realtime-fraud_detector-dev", "Qualifier": "live"}
    awslambda.put_provisioned_concurrency_config(**by, ProvisionedConcurrentExecutions=1)
    yield
    awslambda.delete_provisioned_concurrency_config(**by)


@by_hand("FunctionsnotifierFunction", "Environment.Variables.AUDIT_LOGS_TABLE", "RT_ENV_SEPARATION")
def a_function_writes_to_the_other_stage(stage: Stage) -> Iterator[None]:
    before = stage.client("lambda").get_function_configuration(FunctionName=NOTIFIER)["Environment"]["Variables"]
    _function(stage, NOTIFIER, Environment={"Variables": {**before, "AUDIT_LOGS_TABLE": "realtime-audit-logs-prod"}})
    yield
    _function(stage, NOTIFIER, Environment={"Variables": before})


@by_hand("FunctionsnotifierFunction", "Environment.Variables.ALERT_TOPIC_ARN", "RT_REGION")
def a_function_writes_to_another_region(stage: Stage) -> Iterator[None]:
    before = stage.client("lambda").get_function_configuration(FunctionName=NOTIFIER)["Environment"]["Variables"]
    other = before["ALERT_TOPIC_ARN"].replace("eu-central-1", "us-east-1")
    _function(stage, NOTIFIER, Environment={"Variables": {**before, "ALERT_TOPIC_ARN": other}})
    yield
    _function(stage, NOTIFIER, Environment={"Variables": before})
