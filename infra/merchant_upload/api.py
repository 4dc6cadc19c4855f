"""The API: a route that returns presigned forms, one that returns a status, and a key for each merchant."""

from aws_cdk import Stack
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.function.python import PythonFunction
from infra.constructs.gateway_responses import bad_body, bad_parameters, others, try_again
from infra.constructs.rest_api import KeyedRestApi, Plan, Route
from infra.merchant_upload.parameters import Parameters
from infra.stage import Stage

FORM_ANSWERS = ("201", "400", "403", "429", "503")
STATUS_ANSWERS = ("200", "400", "403", "404", "429", "503")
ID = "transaction_id"
LOG_RETENTION = logs.RetentionDays.ONE_WEEK


def upload_api(scope: Construct, construct_id: str, stage: Stage[Parameters], handler: PythonFunction) -> KeyedRestApi:
    """Return `POST /upload` and `GET /status/{transaction_id}`; the function gets the mapping of keys to merchants."""
    parameters = stage.parameters
    schema = parameters.request_schema
    api = KeyedRestApi(
        scope,
        construct_id,
        names=stage.names,
        purpose="api",
        routes=[
            Route("POST", "upload", handler.entry, FORM_ANSWERS, schema, model_name="UploadRequest"),
            Route("GET", f"status/{{{ID}}}", handler.entry, STATUS_ANSWERS, required=[f"method.request.path.{ID}"]),
        ],
        responses=[bad_body(schema), bad_parameters([ID]), *others(), *try_again()],
        plan=Plan(
            keys=dict(zip(parameters.merchants, parameters.merchants, strict=True)),
            name=parameters.usage_plan_name,
            rate=parameters.throttle_rate_per_second,
            burst=parameters.throttle_burst,
            quota_per_day=parameters.quota_per_day,
        ),
        log_retention=LOG_RETENTION,
    )
    handler.give("MERCHANTS", Stack.of(scope).to_json_string(api.key_ids))
    return api
