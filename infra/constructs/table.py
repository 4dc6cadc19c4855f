"""An on-demand table that can be restored to any second of the last 35 days."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.constructs.metadata import mark
from infra.names import Names
from infra.stage import Removal


def text_key(name: str) -> dynamodb.Attribute:
    """Return a key attribute of type string."""
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


def number_key(name: str) -> dynamodb.Attribute:
    """Return a key attribute of type number."""
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.NUMBER)


@dataclass(frozen=True)
class Keys:
    """The keys of a table."""

    partition: dynamodb.Attribute
    sort: dynamodb.Attribute | None = None


@dataclass(frozen=True)
class Index:
    """A global secondary index; it projects all attributes unless it says which ones: none are the keys only."""

    name: str
    keys: Keys
    attributes: Sequence[str] | None = None


class Table(dynamodb.Table):
    """A table with its keys and indexes; protected from deletion where its data is kept.

    Encrypted with the AWS-managed key: its use is in CloudTrail, and callers need no KMS permission.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        role: str,
        keys: Keys,
        removal: Removal,
        indexes: Sequence[Index] = (),
        stream: dynamodb.StreamViewType | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            table_name=names.of(role, "dynamodb"),
            partition_key=keys.partition,
            sort_key=keys.sort,
            stream=stream,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=removal is Removal.RETAIN,
            removal_policy=RemovalPolicy[removal],
        )
        for index in indexes:
            self.add_global_secondary_index(
                index_name=index.name,
                partition_key=index.keys.partition,
                sort_key=index.keys.sort,
                projection_type=dynamodb.ProjectionType[_projection(index)],
                non_key_attributes=list(index.attributes or ()) or None,
            )
        mark(self, names, role)


def _projection(index: Index) -> str:
    if index.attributes is None:
        return "ALL"
    return "INCLUDE" if index.attributes else "KEYS_ONLY"
