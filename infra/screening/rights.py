"""What each function's code may call: one table, of which roles and the endpoint's policy are made."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from infra.constructs.network.endpoints import for_role
from infra.constructs.role import allow
from infra.names import Names
from infra.screening.parameters import Function
from infra.screening.storage import CUSTOMER_INDEX, TABLE

_WHOLE = ""
_RECENT = f"/index/{CUSTOMER_INDEX}"
# Function -> (statement's id, what of the table, DynamoDB's actions).
# A transaction of puts needs PutItem; what a failed condition shows needs no right of its own.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
RIGHTS: dict[Function, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    Function.VALIDATION: (("ClaimAndRecord", _WHOLE, ("GetItem", "PutItem", "UpdateItem")),),
    Function.FRAUD_DETECTION: (("LookBack", _RECENT, ("Query",)), ("RecordRisk", _WHOLE, ("UpdateItem",))),
    Function.COMPLIANCE_CHECKING: (
        ("LookBack", _RECENT, ("Query",)),
        ("Decide", _WHOLE, ("UpdateItem",)),
    ),
}


def of_function(function: Function, names: Names, region: str) -> list[iam.PolicyStatement]:
    """Return the statements of a function's role for what its code calls."""
    return [
        allow(sid, [f"dynamodb:{action}" for action in actions], _table(names, region, part))
        for sid, part, actions in RIGHTS[function]
    ]


def of_endpoint(names: Names, region: str) -> list[iam.PolicyStatement]:
    """Return the statements of DynamoDB's endpoint: what the roles may, each by itself."""
    return [
        for_role(
            f"{_camel(function)}{sid}",
            [f"dynamodb:{action}" for action in actions],
            [_table(names, region, part)],
            role_arn(function, names),
        )
        for function, rows in RIGHTS.items()
        for sid, part, actions in rows
    ]


def role_arn(function: Function, names: Names) -> str:
    """Return the ARN of a function's role by its name: the network stands before the roles."""
    return f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{names.of(function, 'role')}"


def function_arn(function: Function, names: Names, region: str) -> str:
    """Return the ARN of a function by its name: the function is another stack's."""
    return f"arn:{Aws.PARTITION}:lambda:{region}:{Aws.ACCOUNT_ID}:function:{names.of(function, 'lambda')}"


def log_group_arn(function: Function, names: Names, region: str) -> str:
    """Return the ARN of a function's log group and its streams, by its name."""
    group = f"/aws/lambda/{names.of(function, 'lambda')}"
    return f"arn:{Aws.PARTITION}:logs:{region}:{Aws.ACCOUNT_ID}:log-group:{group}:*"


def _table(names: Names, region: str, part: str) -> str:
    table = names.of(TABLE, "dynamodb")
    return f"arn:{Aws.PARTITION}:dynamodb:{region}:{Aws.ACCOUNT_ID}:table/{table}{part}"


def _camel(function: Function) -> str:
    return function.title().replace("_", "")
