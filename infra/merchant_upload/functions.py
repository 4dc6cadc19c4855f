"""The functions: the environment and the permissions of each."""

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.function.base import FunctionSpec, Sizing
from infra.constructs.function.python import PythonFunction
from infra.merchant_upload import permissions
from infra.merchant_upload.parameters import Function, Parameters
from infra.merchant_upload.storage import Storage
from infra.stage import Stage

RUNTIME = lambda_.Runtime.PYTHON_3_9
# Below API Gateway's timeout of 29 s.
TIMEOUT = Duration.seconds(10)
LOG_RETENTION = logs.RetentionDays.ONE_WEEK


def api_handler(scope: Construct, stage: Stage[Parameters], storage: Storage) -> PythonFunction:
    """Return the function that answers the merchants."""
    role, parameters = Function.API_HANDLER, stage.parameters
    spec = FunctionSpec(
        role=role,
        runtime=RUNTIME,
        sizing=Sizing(parameters.memory_mb, TIMEOUT, parameters.reserved_concurrency[role]),
        log_retention=LOG_RETENTION,
        environment={
            "STAGE": stage.name,
            "FILES_BUCKET": storage.files.bucket_name,
            "TRANSACTIONS_TABLE": storage.transactions.table_name,
        },
        statements=permissions.api_handler(storage),
    )
    return PythonFunction(scope, role, names=stage.names, spec=spec)
