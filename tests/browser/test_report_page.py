"""A system's page in a real browser: opened, filtered, searched, unfolded; by keyboard, on paper, small."""

import base64
import json
import re
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

import pytest
from pypdf import PdfReader
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

Document = dict[str, Any]
CONTRAST = Path(__file__).with_name("contrast.js")


def visible(page: Chrome) -> list[str]:
    """The ids of the controls that the page shows."""
    return [str(e.get_attribute("id")) for e in page.find_elements(By.CSS_SELECTOR, "details.control:not([hidden])")]


def control(page: Chrome, name: str) -> Any:
    return page.find_element(By.ID, name)


def requests(page: Chrome) -> list[str]:
    """The addresses that the page has asked for."""
    messages = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    sent = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    return [str(params["request"]["url"]) for params in sent]


def test_opens_without_an_error_or_a_request(page: Chrome, document: Document, folder: Path) -> None:
    wanted = f"{document['run']['system']}: {document['run']['outcome']}"
    assert page.find_element(By.TAG_NAME, "h1").text == wanted
    assert sorted(visible(page)) == sorted(item["id"] for item in document["controls"])
    for item in document["controls"]:
        assert control(page, item["id"]).get_attribute("data-verdict") == item["verdict"]
    assert page.get_log("browser") == []
    asked = [address for address in requests(page) if not address.startswith("data:")]
    assert asked == [(folder / "index.html").as_uri()]


def standing(item: Document) -> str:
    """What a control's row is filtered by: its verdict, of a proved one with what it rests on."""
    by = {"aws": "proved-on-aws", "emulator": "proved-on-emulator", "template": "proved-by-template"}
    return by.get(item["proved_on"], item["verdict"])


def test_filters_by_verdict(page: Chrome, document: Document) -> None:
    counts = Counter(map(standing, document["controls"]))
    for name, count in counts.items():
        button = page.find_element(By.CSS_SELECTOR, f"button.filter[data-standing={name}]")
        button.click()
        assert button.get_attribute("aria-pressed") == "true"
        assert len(visible(page)) == count
        button.click()
    assert len(visible(page)) == counts.total()


def test_each_row_says_what_its_verdict_rests_on(page: Chrome, document: Document) -> None:
    for item in document["controls"]:
        badge = control(page, item["id"]).find_element(By.CLASS_NAME, "badge")
        assert " ".join(badge.text.split()).startswith(item["label"])
        assert (f"{len(item['limits'])} limit" in badge.text) == bool(item["limits"])
        assert all(figure in control(page, item["id"]).text for figure in item["figures"])


def test_limits_are_folded_and_each_is_told_once(page: Chrome, document: Document) -> None:
    item = next(item for item in document["controls"] if len(item["limits"]) > 1)
    details = control(page, item["id"])
    details.find_element(By.TAG_NAME, "summary").click()
    folded = details.find_element(By.CSS_SELECTOR, "details.limits")
    assert not folded.get_attribute("open")
    folded.find_element(By.TAG_NAME, "summary").click()
    assert len(folded.find_elements(By.TAG_NAME, "li")) == len(item["limits"])
    table = page.find_element(By.CLASS_NAME, "limits-table")
    assert len(table.find_elements(By.CSS_SELECTOR, "tbody tr")) == len(document["limits"])
    unread = page.find_elements(By.CSS_SELECTOR, ".unread-table tbody tr")
    assert len(unread) == len(document["unread"])


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_legend_fits_one_screen(page: Chrome, window: Callable[..., None], width: int, height: int) -> None:
    window(width, height)
    legend = page.find_element(By.ID, "legend")
    assert not legend.get_attribute("open")
    legend.find_element(By.TAG_NAME, "summary").click()
    assert legend.size["height"] <= height


def test_filters_the_faults(page: Chrome, document: Document) -> None:
    groups = {False: "any stage", True: "embedded only"}
    counts = Counter(groups[row["embedded_only"]] for row in document["faults"])
    for group, count in counts.items():
        button = page.find_element(By.CSS_SELECTOR, f"button.pick[data-group='{group}']")
        button.click()
        assert len(page.find_elements(By.CSS_SELECTOR, "table.faults tbody tr:not([hidden])")) == count
        button.click()
    assert len(page.find_elements(By.CSS_SELECTOR, "table.faults tbody tr:not([hidden])")) == counts.total()


def test_searches(page: Chrome, document: Document) -> None:
    wanted = document["controls"][-1]["id"]
    field = page.find_element(By.ID, "search")
    page.find_element(By.TAG_NAME, "body").send_keys("/")
    assert page.switch_to.active_element == field
    field.send_keys(wanted.lower())
    assert wanted in visible(page)
    assert len(visible(page)) < len(document["controls"])
    field.send_keys(" no such word")
    assert visible(page) == []
    page.find_element(By.ID, "clear").click()
    assert len(visible(page)) > 1


def test_unfolds_by_keyboard(page: Chrome, document: Document) -> None:
    item = next(item for item in document["controls"] if item["proofs"])
    details = control(page, item["id"])
    summary = details.find_element(By.TAG_NAME, "summary")
    assert not details.get_attribute("open")
    summary.send_keys(Keys.ENTER)
    assert details.get_attribute("open")
    shown = details.find_element(By.CLASS_NAME, "inside").text
    assert item["proofs"][0]["sha256"] in shown
    assert item["proofs"][0]["gate"] in shown
    assert "Why it matters" in shown


def test_a_link_opens_its_control(page: Chrome, document: Document) -> None:
    told = [link.text for link in page.find_elements(By.CSS_SELECTOR, ".brief a")]
    briefly = ("needs-aws", "failed", "unproven")
    assert sorted(told) == sorted(item["id"] for item in document["controls"] if item["verdict"] in briefly)
    name = document["controls"][0]["id"]
    page.execute_script("location.hash = arguments[0]", name)
    WebDriverWait(page, 10).until(lambda _: control(page, name).get_attribute("open"))


def printed(page: Chrome) -> list[str]:
    """The text of each page of paper, without spaces, where a line may end within a name, and without ligatures."""
    made = page.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    pages = PdfReader(BytesIO(base64.b64decode(made["data"]))).pages
    return [re.sub(r"\s+", "", normalize("NFKC", part.extract_text())) for part in pages]


def test_paper_is_short_and_holds_every_verdict_and_limit(
    page: Chrome, window: Callable[..., None], document: Document
) -> None:
    """The report is folded on paper: a line for each control, what failed, the limits as an appendix."""
    window(1280, media="print")
    pages = printed(page)
    assert len(pages) <= 20
    text = "".join(pages)
    assert all(item["id"] in text for item in document["controls"])
    assert all(re.sub(r"\s+", "", row["behaviour"].replace("`", "")) in text for row in document["limits"])
    assert "Whyitmatters" not in text


def test_paper_shows_what_was_unfolded(page: Chrome, window: Callable[..., None], document: Document) -> None:
    window(1280, media="print")
    item = next(item for item in document["controls"] if item["proofs"])
    page.execute_script("document.getElementById(arguments[0]).open = true", item["id"])
    text = "".join(printed(page))
    assert "Whyitmatters" in text and item["proofs"][0]["sha256"] in text


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (768, 900), (390, 844)])
def test_the_contents_are_on_the_first_screen(
    page: Chrome, window: Callable[..., None], document: Document, width: int, height: int
) -> None:
    window(width, height)
    links = page.find_elements(By.CSS_SELECTOR, "nav.contents a")
    assert all(link.rect["y"] + link.rect["height"] <= height for link in links)
    assert page.execute_script(
        "return [...document.querySelectorAll('nav.contents a')].every((a) => document.querySelector(a.hash))"
    )
    counts = {link.text.partition("\n")[0].rstrip("0123456789"): link.text for link in links}
    assert counts["Controls"].endswith(str(len(document["controls"])))
    assert counts["Gates"].endswith(str(len(document["gates"])))


def test_the_top_counts_what_is_waived_of_tools(page: Chrome, document: Document) -> None:
    tally, top = document["tally"], page.find_element(By.CLASS_NAME, "masthead").text
    assert f"Waivers of tools\n{tally['waivers_of_tools']}" in top or (
        f"{tally['waivers_of_tools']}\nWaivers of tools" in top
    )
    assert f"{tally['tool_findings_open']} open, {tally['tool_findings_waived']} waived" in top


def test_the_links_of_evidence_lead_to_files(page: Chrome, folder: Path) -> None:
    addresses = page.execute_script("return [...document.querySelectorAll('a[href*=\"files/\"]')].map((a) => a.href)")
    assert addresses
    files = {Path(unquote(urlsplit(address).path)) for address in addresses}
    assert all(file.is_file() and file.is_relative_to(folder.parent) for file in files)


def test_charts_are_readable_on_a_telephone(page: Chrome, window: Callable[..., None], document: Document) -> None:
    """Each label has at least 10 pixels in height, as drawn; one drawing of each chart is shown."""
    for width in (390, 768, 1280):
        window(width)
        shown = page.execute_script(
            "return [...document.querySelectorAll('figure.chart')].filter((f) => f.getClientRects().length)"
            ".map((f) => [...f.querySelectorAll('text')].map((t) => t.getBoundingClientRect().height))"
        )
        assert len(shown) == 2 * len(document["load"])
        assert all(height >= 10 for chart in shown for height in chart)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_have_contrast(page: Chrome, window: Callable[..., None], scheme: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text."""
    window(1280, scheme=scheme)
    page.execute_script("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.execute_script(CONTRAST.read_text(encoding="utf-8")) == []


def test_landmarks_and_headers_of_tables(page: Chrome) -> None:
    def count(selector: str) -> int:
        return len(page.find_elements(By.CSS_SELECTOR, selector))

    assert [count(name) for name in ("body > header", "main", "body > footer", "h1")] == [1, 1, 1, 1]
    assert count("nav[aria-label]") == count("nav") > 0
    assert count("th") == count("th[scope]") > 0
    assert count("main > section") == count("main > section[aria-labelledby]") > 0
    assert count(".scroll") == count(".scroll[tabindex='0'][aria-label]")


@pytest.mark.parametrize("width", [390, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_fits_its_window(page: Chrome, window: Callable[..., None], width: int, scheme: str) -> None:
    window(width, scheme=scheme)
    page.execute_script("document.querySelectorAll('details.control').forEach((d) => { d.open = true; })")
    page.execute_script("document.querySelectorAll('details.fold').forEach((d) => { d.open = true; })")
    assert page.execute_script("return document.documentElement.scrollWidth") <= width
    assert page.get_log("browser") == []


def test_screenshot(page: Chrome, window: Callable[..., None], document: Document, folder: Path) -> None:
    proved = {item["id"] for item in document["controls"] if item["proofs"]}
    unfolded = next(name for name in visible(page) if name in proved)
    page.execute_script("document.getElementById(arguments[0]).open = true", unfolded)
    window(1280, 1600)
    assert page.save_screenshot(str(folder / "report.png"))
