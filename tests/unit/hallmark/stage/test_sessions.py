"""A session has what it is given, whatever the caller's shell and files say."""

from pathlib import Path

import pytest

from hallmark.stage.sessions import session

REGION = "eu-central-1"


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_a_profile_of_the_callers_is_not_looked_for(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "not-there")
    assert session("1", "2", region=REGION).client("sts").meta.region_name == REGION


def test_the_callers_files_are_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text("[default]\nregion = us-west-2\nendpoint_url = https://example.com\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "damaged"))
    (tmp_path / "damaged").write_text("no section\n")
    client = session("1", "2", region=REGION).client("dynamodb")
    assert client.meta.region_name == REGION
    assert "example.com" not in client.meta.endpoint_url


def test_sessions_read_the_models_once(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (session("1", "2", region=REGION)._session.get_component("data_loader") for _ in range(2))
    assert one is other
    assert len(one.search_paths) == len(set(one.search_paths))
