"""The load stack's template, read from build/cdk.optional."""

import pytest

from tests.support.templates import OPTIONAL, Template, read_template


@pytest.fixture(scope="session")
def template():
    return Template(read_template("hallmark-load-realtime-dev", OPTIONAL), "dev", "load-{thing}-realtime-{stage}")


@pytest.fixture(scope="session")
def of_type(template):
    """The properties of every resource of a type, by logical id."""

    def find(kind):
        found = {key: resource.get("Properties", {}) for key, resource in template.of_type(kind).items()}
        assert found, f"no {kind}"
        return found

    return find
