"""A table that is paid by use and can be restored to any second of the last 35 days."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.constructs.metadata import mark
from infra.names import Names
from infra.stage import Removal


class Table(dynamodb.Table):
    """A table with its two keys; protected from deletion wherever its data is to stay.

    Encrypted with the AWS-managed key: its use is in CloudTrail, and callers need no KMS right of their own.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        role: str,
        partition_key: dynamodb.Attribute,
        sort_key: dynamodb.Attribute,
        removal: Removal,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            table_name=names.of(role, "dynamodb"),
            partition_key=partition_key,
            sort_key=sort_key,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=removal is Removal.RETAIN,
            removal_policy=RemovalPolicy[removal],
        )
        mark(self, names, role)
