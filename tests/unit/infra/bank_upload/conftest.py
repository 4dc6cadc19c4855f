"""The bank_upload stacks' templates, one test for each stage."""

import json
from pathlib import Path

import pytest

from tests.support.templates import Template, read_template

FORM = "{thing}-{stage}"


@pytest.fixture(scope="session", params=["dev", "prod"])
def stage(request):
    return request.param


@pytest.fixture(scope="session")
def template(stage):
    return Template(read_template(f"hallmark-bank-upload-{stage}"), stage, FORM)


@pytest.fixture(scope="session")
def images(stage):
    return Template(read_template(f"hallmark-bank-upload-images-{stage}"), stage, FORM)


@pytest.fixture(scope="session")
def both(template, images):
    return template, images


@pytest.fixture(scope="session")
def definition(template):
    """The workflow's definition, as the machine gets it."""
    (machine,) = template.properties("AWS::StepFunctions::StateMachine")
    return json.loads(machine["DefinitionString"])


@pytest.fixture(scope="session")
def banks():
    return json.loads((Path(__file__).resolve().parents[4] / "cdk.json").read_text())["context"]["bank_upload"]["banks"]
