"""boto3 sessions that share the parsed service models: every new session would parse them again."""

import os
from functools import cache

import boto3
from botocore.loaders import Loader, create_loader
from botocore.session import Session

# Name in a profile, environment variable, default, conversion: no profile, and empty files.
OWN_SETTINGS = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


@cache
def _models() -> Loader:
    return create_loader()


def session(access_key: str, secret_key: str, token: str | None = None, *, region: str) -> boto3.Session:
    """Return a session with the given credentials, in a region; the caller's own settings are ignored."""
    found = Session(OWN_SETTINGS)
    found.register_component("data_loader", _models())
    made = boto3.Session(access_key, secret_key, token, region_name=region, botocore_session=found)
    # Each session adds the folder of boto3's own models.
    paths = _models().search_paths
    paths[:] = dict.fromkeys(paths)
    return made
