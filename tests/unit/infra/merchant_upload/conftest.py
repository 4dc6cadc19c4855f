"""The merchant_upload stack's templates, one test for each stage."""

import pytest

from tests.support.templates import Template, read_template


@pytest.fixture(scope="session", params=["dev", "prod"])
def template(request):
    body = read_template(f"hallmark-merchant-upload-{request.param}")
    return Template(body, request.param, "{thing}-{stage}")
