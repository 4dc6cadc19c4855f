"""The screening stacks' templates, one test for each stage."""

import json

import pytest

from tests.support.templates import Template, read_template

FORM = "{thing}-{stage}"


@pytest.fixture(scope="session", params=["dev", "prod"])
def stage(request):
    return request.param


@pytest.fixture(scope="session")
def template(stage):
    return Template(read_template(f"hallmark-screening-{stage}"), stage, FORM)


@pytest.fixture(scope="session")
def network(stage):
    return Template(read_template(f"hallmark-screening-network-{stage}"), stage, FORM)


@pytest.fixture(scope="session")
def images(stage):
    return Template(read_template(f"hallmark-screening-images-{stage}"), stage, FORM)


@pytest.fixture(scope="session")
def every(template, network, images):
    return template, network, images


@pytest.fixture(scope="session")
def definition(template):
    """The workflow's definition, as the machine gets it."""
    (machine,) = template.properties("AWS::StepFunctions::StateMachine")
    return json.loads(machine["DefinitionString"])
