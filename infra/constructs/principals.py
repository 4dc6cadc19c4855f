"""Principals as the interface that roles and statements take.

The CDK's Python classes name a parameter differently from that interface, so a type checker reports that they do not
implement it. https://github.com/aws/aws-cdk/issues/31454
"""

from collections.abc import Mapping
from typing import Any, cast

from aws_cdk import aws_iam as iam


def service(name: str, conditions: Mapping[str, Any] | None = None) -> iam.IPrincipal:
    """Return the principal of an AWS service, such as `lambda.amazonaws.com`, under these conditions."""
    return cast(iam.IPrincipal, iam.ServicePrincipal(name, conditions=conditions))


def anyone() -> iam.IPrincipal:
    """Return the principal `*`, for statements that deny."""
    return cast(iam.IPrincipal, iam.AnyPrincipal())
