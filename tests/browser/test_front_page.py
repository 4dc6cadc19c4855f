"""The front page of the report in a real browser: a row for each system, and from there to its report."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from infra.systems import SYSTEMS

REPORT = Path(__file__).resolve().parents[2] / "build" / "report"


def rows(front: Chrome) -> list[list[str]]:
    """What each row shows, column by column."""
    found = front.find_elements(By.CSS_SELECTOR, "table.systems tbody tr")
    return [[cell.text for cell in row.find_elements(By.TAG_NAME, "td")] for row in found]


def test_a_row_says_what_the_systems_report_says(front: Chrome, summary: dict[str, Any]) -> None:
    shown = rows(front)
    assert len(shown) == len(summary["systems"]) == len(SYSTEMS)
    # A failed system never stands below one that passed.
    outcomes = [system["outcome"] for system in summary["systems"]]
    assert outcomes == sorted(outcomes)
    for row, system in zip(shown, summary["systems"], strict=True):
        *counts, _ = system["counts"].values()
        counts += [system["proved_on"][ground] for ground in ("emulator", "template", "aws")]
        assert row[0].splitlines()[0] == system["name"]
        assert system["region"] in row[0]
        assert row[1].split()[0] == str(system["controls"])
        assert row[2:] == [*map(str, counts), str(system["tally"]["waivers_of_tools"]), system["outcome"]]
    assert front.find_element(By.TAG_NAME, "h1").text.endswith(summary["outcome"])
    assert front.get_log("browser") == []


def test_the_systems_stand_side_by_side(front: Chrome, summary: dict[str, Any]) -> None:
    table = front.find_element(By.CLASS_NAME, "measures")
    names = [cell.text for cell in table.find_elements(By.CSS_SELECTOR, "thead th")[1:]]
    assert names == [system["name"] for system in summary["systems"]]
    measures = {
        row.find_element(By.TAG_NAME, "th").text: [cell.text for cell in row.find_elements(By.TAG_NAME, "td")]
        for row in table.find_elements(By.CSS_SELECTOR, "tbody tr")
    }
    for name, key in (("controls", "findings_open"), ("tools", "tool_findings_open")):
        wanted = [str(system["tally"][key]) for system in summary["systems"]]
        assert measures[f"Open findings of {name}"] == wanted
    assert all(len(values) == len(names) for values in measures.values())


def test_links_lead_to_the_reports_and_back(front: Chrome) -> None:
    for system in SYSTEMS:
        front.find_element(By.LINK_TEXT, system.name).click()
        assert front.current_url == (REPORT / system.name / "index.html").as_uri()
        front.find_element(By.CSS_SELECTOR, ".brand a").click()
        assert front.current_url == (REPORT / "index.html").as_uri()


@pytest.mark.parametrize("width", [390, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_its_window(front: Chrome, window: Callable[..., None], width: int, scheme: str) -> None:
    window(width, scheme=scheme)
    assert front.execute_script("return document.documentElement.scrollWidth") <= width
    assert front.get_log("browser") == []


@pytest.mark.parametrize("width", [390, 1280])
def test_screenshot(front: Chrome, window: Callable[..., None], width: int) -> None:
    window(width)
    assert front.save_screenshot(str(REPORT / f"front-{width}.png"))
