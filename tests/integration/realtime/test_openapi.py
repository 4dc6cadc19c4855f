"""The deployed API as an OpenAPI document."""

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from hallmark.openapi import export, request_schema
from hallmark.stage import Stage
from hallmark.systems.realtime.api import PATH, api_id, url

SCHEMA = json.loads((Path(__file__).resolve().parents[3] / "infra/realtime/request.schema.json").read_text())


@pytest.fixture(scope="module")
def document(stage: Stage) -> dict[str, Any]:
    return export(stage, api_id(stage))


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    assert [error.message for error in OpenAPIV30SpecValidator(document).iter_errors()] == []


@pytest.mark.control("RT_API_SCHEMA")
def test_the_document_has_the_schema_that_bodies_are_judged_by(document: dict[str, Any]) -> None:
    assert request_schema(document, PATH) == {name: value for name, value in SCHEMA.items() if name != "$schema"}


@pytest.mark.control("RT_API_ROUTE", "RT_API_KEY")
def test_the_document_has_the_route_its_answers_and_its_key(stage: Stage, document: dict[str, Any]) -> None:
    assert [f"{server['url']}/transactions" for server in document["servers"]] == [url(stage)]
    assert {path: list(operations) for path, operations in document["paths"].items()} == {"/transactions": ["post"]}
    operation = document["paths"]["/transactions"]["post"]
    assert set(operation["responses"]) == {"202", "400", "403", "409", "429", "503"}
    (scheme,) = (name for requirement in operation["security"] for name in requirement)
    key = document["components"]["securitySchemes"][scheme]
    assert (key["type"], key["in"], key["name"]) == ("apiKey", "header", "x-api-key")


def test_the_command_prints_the_document(
    stage: Stage, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from hallmark.commands import openapi

    monkeypatch.setattr(openapi, "the_stage", lambda *_: stage)
    openapi.openapi()
    assert json.loads(capsys.readouterr().out) == document
