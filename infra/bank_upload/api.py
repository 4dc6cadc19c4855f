"""The API: one route for files, and a key for each bank."""

from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.bank_upload.parameters import Parameters
from infra.constructs.function.image import ImageFunction
from infra.constructs.gateway_responses import bad_parameters, others, refused_type, try_again
from infra.constructs.rest_api import KeyedRestApi, Plan, Route
from infra.stage import Stage

ANSWERS = ("202", "400", "403", "413", "415", "422", "429", "503")
HEADERS = ("Content-Type", "X-Report-Date")
MULTIPART = "multipart/form-data"
# What clients send by mistake; the function answers 415 to all others.
REFUSED = ("application/json", "text/csv", "application/x-www-form-urlencoded", "application/octet-stream")
LOG_RETENTION = logs.RetentionDays.ONE_WEEK


def upload_api(scope: Construct, construct_id: str, stage: Stage[Parameters], handler: ImageFunction) -> KeyedRestApi:
    """Return `POST /upload`; the function gets the mapping of keys to banks."""
    parameters = stage.parameters
    api = KeyedRestApi(
        scope,
        construct_id,
        names=stage.names,
        purpose="api",
        routes=[
            Route(
                "POST",
                "upload",
                handler.entry,
                ANSWERS,
                required=[f"method.request.header.{header}" for header in HEADERS],
                refused=REFUSED,
                model_name="RefusedType",
            )
        ],
        responses=[bad_parameters(HEADERS), refused_type(MULTIPART), *others(), *try_again()],
        plan=Plan(
            keys=dict(zip(parameters.banks, parameters.banks, strict=True)),
            name=parameters.usage_plan_name,
            rate=parameters.throttle_rate_per_second,
            burst=parameters.throttle_burst,
            quota_per_day=parameters.quota_per_day,
        ),
        log_retention=LOG_RETENTION,
        binary=[MULTIPART],
    )
    # Written here, because the CDK takes no reference as a name in JSON.
    banks = ",".join(f'"{key}":"{bank}"' for bank, key in api.key_ids.items())
    handler.give("BANKS", f"{{{banks}}}")
    return api
