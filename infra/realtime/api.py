"""The API: one route for transactions, a key and a plan for the client."""

from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.function.node import NodeFunction
from infra.constructs.gateway_responses import bad_body, others, try_again
from infra.constructs.rest_api import KeyedRestApi, Plan, Route
from infra.realtime.parameters import Parameters
from infra.stage import Stage

PATH = "transactions"
ANSWERS = ("202", "400", "403", "409", "429", "503")
LOG_RETENTION = logs.RetentionDays.ONE_MONTH
CLIENT = "Key"


def transactions_api(
    scope: Construct, construct_id: str, stage: Stage[Parameters], ingest: NodeFunction
) -> KeyedRestApi:
    """Return `POST /transactions`, answered by the function that accepts transactions."""
    parameters = stage.parameters
    schema = parameters.request_schema
    return KeyedRestApi(
        scope,
        construct_id,
        names=stage.names,
        purpose=PATH,
        routes=[Route("POST", PATH, ingest.entry, ANSWERS, schema)],
        responses=[bad_body(schema), *others(), *try_again()],
        plan=Plan(
            keys={CLIENT: parameters.api_key_name},
            name=parameters.usage_plan_name,
            rate=parameters.throttle_rate_per_second,
            burst=parameters.throttle_burst,
            quota_per_day=parameters.quota_per_day,
        ),
        log_retention=LOG_RETENTION,
    )
