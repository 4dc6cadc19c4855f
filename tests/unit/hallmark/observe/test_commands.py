"""Every command that undoes something by hand is one that the AWS CLI has, with all that it must be given."""

import shlex
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore import xform_name

from hallmark.observe.commands import DELETE, Each
from hallmark.observe.settings import SET, UNSET

SESSION = boto3.Session(region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
# A command of the AWS CLI that is no operation of a service, and its own name of a service.
OWN, SERVICES = "aws s3 rb", {"s3api": "s3"}
# An option that the AWS CLI has for the absence of another.
OPTIONS = {"ingress": "egress"}


def _commands() -> Iterator[Any]:
    for table in (DELETE, SET, UNSET):
        for key, form in table.items():
            for one in (form,) if isinstance(form, str) else form:
                text = one.form if isinstance(one, Each) else one
                if not text.startswith(OWN):
                    yield pytest.param(text, id=str(key))


@pytest.mark.parametrize("form", list(_commands()))
def test_a_command_is_one_of_the_aws_cli(form: str) -> None:
    _, service, operation, *words = shlex.split(form)
    model = SESSION.client(SERVICES.get(service, service)).meta.service_model
    names = {xform_name(name, "-"): name for name in model.operation_names}
    shape = model.operation_model(names[operation]).input_shape
    known = {xform_name(member, "-"): member for member in shape.members}
    options = [word.removeprefix("--") for word in words if word.startswith("--")]
    given = {known[OPTIONS.get(option, option)] for option in options if option != "cli-input-json"}
    missing = set(shape.required_members) - given
    assert "cli-input-json" in options or not missing, f"{form}: {missing}"
