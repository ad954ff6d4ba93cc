"""The HTML page in a real browser: no complaint, and everything can be done with the keyboard."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from leakstats.analysis.document import AnalysisDocument
from leakstats.files import write_json
from leakstats.reporting.html import html_page
from leakstats.reporting.narrative import load_narrative
from leakstats.template import load_template

pytestmark = pytest.mark.browser

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def shown(project_root: Path, tmp_path: Path, raw: dict[str, Any], browser: Any) -> Any:
    """The browser with the page of the small analysis open."""
    shutil.copy(project_root / "tests/reporting/data/narrative.md", tmp_path)
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/hero.png").write_bytes(PIXEL)
    raw["figures"][0]["files"]["png"]["sha256"] = "sha256:" + hashlib.sha256(PIXEL).hexdigest()
    write_json(tmp_path / "analysis.json", raw)
    template = load_template("v1")
    document = AnalysisDocument.load(tmp_path / "analysis.json")
    page = html_page(document, load_narrative(tmp_path / "narrative.md", template), template)
    (tmp_path / "issue.html").write_text(page, "utf-8")
    browser.complaints.clear()
    browser.ask("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
    browser.open(tmp_path / "issue.html")
    return browser


def tab_to(browser: Any, condition: str, *, most: int = 400) -> None:
    """Press the tab key until ``condition`` holds of ``document.activeElement`` (``a``)."""
    for _ in range(most):
        browser.press("Tab")
        if browser.value(f"((a) => Boolean({condition}))(document.activeElement)"):
            return
    raise AssertionError(f"no tab stop satisfies {condition}")


def test_the_page_raises_no_complaint_and_its_figure_is_there(shown: Any) -> None:
    assert shown.complaints == []
    assert shown.value("document.images.length && [...document.images].every((i) => i.naturalWidth > 0)")
    assert shown.value("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


def test_the_first_tab_stop_skips_to_the_page(shown: Any) -> None:
    shown.press("Tab")
    assert shown.value("document.activeElement.className") == "skip"
    assert shown.value("document.activeElement.getBoundingClientRect().left >= 0"), "it is seen when it has the focus"
    shown.press("Enter")
    tab_to(shown, "a.classList.contains('q')", most=1)
    assert shown.value("document.querySelector('main').contains(document.activeElement)")


def test_a_number_reached_by_keyboard_explains_itself(shown: Any) -> None:
    assert shown.value("document.getElementById('tip').hidden")
    tab_to(shown, "a.classList.contains('q') && a.textContent.startsWith('ρ = 0.70')")
    assert shown.value("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tip = shown.value("document.getElementById('tip').hidden ? '' : document.getElementById('tip').innerText")
    for word in ("similarity.spearman[layer=20,source=villain]", "110 bystanders", "method"):
        assert word in tip
    assert shown.value("document.activeElement.getAttribute('aria-describedby')") == "tip"
    box = shown.value(
        "(({left, right, top, bottom}) => [left, top, innerWidth - right, innerHeight - bottom])"
        "(document.getElementById('tip').getBoundingClientRect())"
    )
    assert min(box) >= 0, "the tip leaves the window"
    shown.press("Escape")
    assert shown.value("document.getElementById('tip').hidden")
    assert shown.value("document.activeElement.getAttribute('aria-describedby')") is None
    shown.press("Tab")
    shown.press("Tab", shift=True)
    assert not shown.value("document.getElementById('tip').hidden"), "coming back shows it again"


def test_a_cell_of_a_table_explains_itself_by_keyboard_too(shown: Any) -> None:
    tab_to(shown, "a.tagName === 'TABLE' && a.tabIndex === 0")
    assert shown.value("document.getElementById('tip').hidden")
    for key in ("ArrowDown", "ArrowRight"):
        shown.press(key)
        assert shown.value("document.activeElement.closest('td') !== null"), key
    assert shown.value("document.activeElement.closest('tr').rowIndex") >= 1
    assert not shown.value("document.getElementById('tip').hidden")
    first = shown.value("document.activeElement.textContent")
    shown.press("ArrowLeft")
    shown.press("ArrowRight")
    assert shown.value("document.activeElement.textContent") == first


def test_a_table_sorts_by_keyboard(shown: Any) -> None:
    def column() -> list[float]:
        cells = shown.value(
            "((t, i) => [...t.tBodies[0].rows].map((r) => r.cells[i].innerText))"
            "(document.activeElement.closest('table'), document.activeElement.closest('th').cellIndex)"
        )
        return [float(re.sub(r"%.*", "", c)) for c in cells if c != "–"]

    tab_to(shown, "a.tagName === 'BUTTON' && a.closest('th') && a.textContent === 'nurse'")
    before = column()
    assert before != sorted(before)
    shown.press("Enter")
    assert column() == sorted(before)
    assert shown.value("document.activeElement.closest('th').getAttribute('aria-sort')") == "ascending"
    shown.press("Enter")
    assert column() == sorted(before, reverse=True)
    assert shown.value("document.activeElement.closest('th').getAttribute('aria-sort')") == "descending"
    assert shown.value("document.activeElement.textContent") == "nurse", "the focus stays"


def test_samples_are_searched_by_keyboard(shown: Any) -> None:
    tab_to(shown, "a.type === 'search'")
    assert shown.value("document.activeElement.labels[0].textContent").startswith("Find a sample")
    total = shown.value("document.querySelectorAll('main pre:not([hidden])').length")
    shown.write("persona] poet")
    seen = shown.value("[...document.querySelectorAll('main pre')].filter((p) => !p.hidden).map((p) => p.textContent)")
    assert 0 < len(seen) < total
    assert all("[persona] poet" in text for text in seen)
    assert shown.value("document.querySelector('.find output').textContent") == f"{len(seen)} of {total}"


@pytest.mark.parametrize(("media", "scheme"), [("screen", "light"), ("screen", "dark"), ("print", "light")])
def test_every_text_stands_out_from_what_is_behind_it(shown: Any, media: str, scheme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    shown.ask("Emulation.setEmulatedMedia", media=media, features=features)
    shown.value("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    poor = shown.value(CONTRAST)
    shown.ask("Emulation.setEmulatedMedia", media="", features=[])
    assert poor == []


CONTRAST = """
(() => {
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parts = (c) => c.match(/[0-9.]+/g).map(Number);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parts(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || ["SCRIPT", "STYLE"].includes(e.tagName) || !e.getClientRects().length) continue;
    const pair = [light(parts(getComputedStyle(e).color)), light(behind(e))].sort((a, b) => a - b);
    const ratio = (pair[1] + 0.05) / (pair[0] + 0.05);
    if (ratio < 4.5) poor.push(`${e.tagName} ${walk.currentNode.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)].slice(0, 10);
})()
"""  # noqa: E501


def test_a_narrow_window_and_paper_lose_nothing(shown: Any, tmp_path: Path) -> None:
    shown.ask("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=True)
    assert shown.value("document.documentElement.scrollWidth <= innerWidth + 1"), "the page scrolls sideways"
    paper = base64.b64decode(shown.ask("Page.printToPDF", printBackground=True)["data"])
    assert paper.startswith(b"%PDF")
    assert shown.value("document.querySelectorAll('details[open]').length === 0"), (
        "folds are closed again after printing"
    )
    shown.screenshot(tmp_path / "narrow.png")
    assert (tmp_path / "narrow.png").stat().st_size > 10_000
    assert shown.complaints == []
