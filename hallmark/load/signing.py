"""Signatures of requests to an API of AWS itself, which an ordinary HTTP client sends.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from collections.abc import Mapping

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from hallmark.load.load import Sign
from hallmark.stage import Stage
from infra.errors import UserError


def signer(stage: Stage, service: str) -> Sign:
    """Return what signs the requests of a run with a stage's credentials; UserError for none."""
    credentials = stage.session.get_credentials()
    if credentials is None:
        raise UserError("there are no credentials for AWS: set a profile, or the variables AWS_...")

    def sign(url: str, body: bytes, headers: Mapping[str, str]) -> Mapping[str, str]:
        request = AWSRequest("POST", url, data=body, headers=dict(headers))
        SigV4Auth(credentials.get_frozen_credentials(), service, stage.region).add_auth(request)
        return dict(request.headers.items())

    return sign
