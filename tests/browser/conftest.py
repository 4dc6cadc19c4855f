"""A headless Chromium of Debian's package, with nothing of its own to fetch; its logs are the evidence."""

import json
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from infra.systems import NAMES

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "build" / "report"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


# Of one major version with the driver: GitHub's machines have Chrome and its driver, Debian's Chromium and its own.
BROWSERS = ("google-chrome", "chromium", "chromium-browser")


def program(*names: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if not found:
        told = "apt-get install chromium chromium-driver (Ubuntu: chromium-browser chromium-chromedriver)"
        pytest.fail(f"{names[0]} is missing: {told}", pytrace=False)
    return found


@pytest.fixture(params=NAMES)
def folder(request: pytest.FixtureRequest) -> Path:
    """Where the report of a system is."""
    return REPORT / str(request.param)


@pytest.fixture
def document(folder: Path) -> dict[str, Any]:
    """What report.json of a system says; its page must show the same."""
    found = read(folder / "report.json")
    if not any(item["proofs"] for item in found["controls"]):
        pytest.fail(f"{folder} holds no proof: run the gates, then `hallmark report`", pytrace=False)
    return found


@pytest.fixture
def summary() -> dict[str, Any]:
    """What summary.json says of all systems; the front page must show the same."""
    return read(REPORT / "summary.json")


def read(file: Path) -> dict[str, Any]:
    if not file.is_file():
        pytest.fail(f"{file} is missing: run `hallmark report`", pytrace=False)
    return dict(json.loads(file.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = program(*BROWSERS)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, Service(program("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture
def page(browser: webdriver.Chrome, folder: Path, document: dict[str, Any]) -> webdriver.Chrome:
    """The report of a system, freshly opened."""
    return opened(browser, folder)


@pytest.fixture
def front(browser: webdriver.Chrome, summary: dict[str, Any]) -> webdriver.Chrome:
    """The front page, freshly opened."""
    return opened(browser, REPORT)


def opened(browser: webdriver.Chrome, folder: Path) -> webdriver.Chrome:
    """Open a page in a window of 1280 pixels; the logs hold what it did and nothing from before."""
    browser.get("about:blank")
    show(browser, 1280)
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.get((folder / "index.html").as_uri())
    return browser


def show(
    browser: webdriver.Chrome, width: int, height: int = 900, scheme: str = "light", media: str = "screen"
) -> None:
    """Set what the page can know of its window."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    wishes = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
    features = [{"name": name, "value": value} for name, value in wishes.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})


@pytest.fixture
def window(browser: webdriver.Chrome) -> Callable[..., None]:
    """Call it with a width, and a height, scheme or medium."""
    return partial(show, browser)
