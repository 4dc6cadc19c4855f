"""The CDK CLI finds the endpoint and region of its settings, whatever the caller's shell says of AWS."""

from collections.abc import Mapping

import pytest

from hallmark import deploy


@pytest.fixture
def environments(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, str]]:
    """The environments that the CLI is run with, in a shell that has a profile of its own."""
    found: list[Mapping[str, str]] = []
    monkeypatch.setattr(deploy, "run", lambda words, environment: found.append(environment))
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", "https://example.com")
    return found


def test_with_settings_nothing_else_leads_to_aws(environments: list[Mapping[str, str]]) -> None:
    settings = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "1"}
    deploy.deploy("realtime", "dev", settings)
    (environment,) = environments
    assert {name: value for name, value in environment.items() if name.startswith("AWS_")} == settings
    assert environment["PATH"]


def test_without_settings_aws_is_found_as_always(environments: list[Mapping[str, str]]) -> None:
    deploy.deploy("realtime", "dev")
    assert environments[0]["AWS_PROFILE"] == "production"
