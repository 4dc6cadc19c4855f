"""Sessions of boto3 that read the services' models once for all: every new one would parse them again."""

from functools import cache

import boto3
from botocore.loaders import Loader, create_loader
from botocore.session import get_session

from hallmark.project import REGION


@cache
def _models() -> Loader:
    return create_loader()


def session(access_key: str, secret_key: str, token: str | None = None) -> boto3.Session:
    """Return a session with the given credentials, in the project's region."""
    found = get_session()
    found.register_component("data_loader", _models())
    return boto3.Session(access_key, secret_key, token, region_name=REGION, botocore_session=found)
