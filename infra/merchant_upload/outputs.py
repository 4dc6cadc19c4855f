"""The stack's outputs, which tests, load and operators need to find it; importable without the CDK."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_cdk import Stack

    from infra.constructs.function.python import PythonFunction
    from infra.constructs.rest_api import KeyedRestApi
    from infra.merchant_upload.storage import Storage


class Output(StrEnum):
    """One output of a merchant_upload stack; the value is its key in CloudFormation."""

    API_ID = "ApiId"
    API_URL = "ApiUrl"
    # JSON: merchant -> the id of its API key.
    API_KEY_IDS = "ApiKeyIds"
    USAGE_PLAN_ID = "UsagePlanId"
    FILES_BUCKET = "FilesBucket"
    TRANSACTIONS_TABLE = "TransactionsTable"
    API_HANDLER_ARN = "ApiHandlerArn"


def outputs(stack: Stack, storage: Storage, api_handler: PythonFunction, api: KeyedRestApi) -> dict[Output, str]:
    """Create one output per name."""
    return {
        Output.API_ID: api.api_id,
        Output.API_URL: api.url,
        Output.API_KEY_IDS: stack.to_json_string(api.key_ids),
        Output.USAGE_PLAN_ID: api.usage_plan_id,
        Output.FILES_BUCKET: storage.files.bucket_name,
        Output.TRANSACTIONS_TABLE: storage.transactions.table_name,
        Output.API_HANDLER_ARN: api_handler.entry.function_arn,
    }
