"""The HTML page: whole in itself, safe, and every number with where it comes from."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from leakstats.analysis.document import AnalysisDocument
from leakstats.errors import LeakstatsError
from leakstats.files import write_json
from leakstats.reporting.html import html_page
from leakstats.reporting.narrative import load_narrative
from leakstats.template import load_template

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Elements(HTMLParser):
    """Every start tag with its attributes, and whether all elements are closed in order."""

    VOID = ("meta", "img", "br", "hr", "input", "link")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        elif tag not in self.VOID:
            self.crossed.append(tag)


@pytest.fixture
def folder(project_root: Path, tmp_path: Path, raw: dict[str, Any]) -> Path:
    shutil.copy(project_root / "tests/reporting/data/narrative.md", tmp_path)
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/hero.png").write_bytes(PIXEL)
    raw["figures"][0]["files"]["png"]["sha256"] = "sha256:" + hashlib.sha256(PIXEL).hexdigest()
    write_json(tmp_path / "analysis.json", raw)
    return tmp_path


def page(folder: Path) -> str:
    template = load_template("v1")
    document = AnalysisDocument.load(folder / "analysis.json")
    return html_page(document, load_narrative(folder / "narrative.md", template), template)


def test_the_page_is_whole_well_formed_and_the_same_again(folder: Path) -> None:
    text = page(folder)
    elements = Elements(text)
    assert (elements.open, elements.crossed) == ([], [])
    assert text == page(folder)
    images = [a["src"] for tag, a in elements.found if tag == "img"]
    assert images == [f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}"]
    assert not [tag for tag, a in elements.found if tag == "link" or (tag == "script" and "src" in a)]
    assert not [a for _, a in elements.found if "style" in a or any(name.startswith("on") for name in a)]
    ids = [a["id"] for _, a in elements.found if "id" in a]
    assert len(ids) == len(set(ids))
    for _, a in elements.found:
        if str(a.get("href", "")).startswith("#"):
            assert str(a["href"])[1:] in ids


def test_the_policy_allows_the_one_style_and_the_one_script_only(folder: Path) -> None:
    text = page(folder)
    for element in ("style", "script"):
        (inside,) = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in text


def test_every_number_of_the_analysis_explains_itself(folder: Path) -> None:
    text = page(folder)
    (data,) = re.findall(r'<script type="application/json" id="origins">(.*?)</script>', text, re.DOTALL)
    origins = json.loads(data)
    spans = re.findall(r'<span class="q" tabindex="-?[01]" data-o="([0-9]+)">([^<]*)</span>', text)
    assert len(spans) > 40
    assert {n for n, _ in spans} == set(origins)
    (villain,) = {n for n, shown in spans if shown.startswith("ρ = 0.70 [0.58, 0.80]")}
    said = dict(origins[villain])
    assert said["id"] == "similarity.spearman[layer=20,source=villain]"
    assert (said["value"], said["N"]) == ("0.7", "110 bystanders")
    cell = next(n for n, shown in spans if shown == "60.5%")
    assert ["persona", "joker|x"] in origins[cell]
    assert not re.search("[\ue000-\ue0ff]", text)


def test_hostile_text_stays_text(folder: Path, raw: dict[str, Any]) -> None:
    attack = "</script><script>alert(1)</script><img src=x onerror=alert(1)> ]]> --> \ue0100\ue011x\ue012"
    for sample in raw["samples"]:
        sample["text"] = sample["persona"] = attack
    raw["estimates"][0]["label"] = raw["setup"]["model"]["Base"] = raw["tables"][0]["title"] = attack
    raw["tables"][0]["factors"]["persona"][0] = attack
    write_json(folder / "analysis.json", raw)
    elements = Elements(page(folder))
    assert sum(tag == "script" for tag, _ in elements.found) == 2
    assert sum(tag == "img" for tag, _ in elements.found) == 1
    assert not [a for _, a in elements.found if any(name.startswith("on") for name in a)]


def test_only_the_figures_that_the_analysis_drew_go_inside(folder: Path) -> None:
    (folder / "figures/hero.png").write_bytes(PIXEL + b"x")
    with pytest.raises(LeakstatsError, match="is not the figure that the analysis drew"):
        page(folder)
    (folder / "figures/hero.png").unlink()
    with pytest.raises(LeakstatsError, match="no such file"):
        page(folder)
    text = (folder / "narrative.md").read_text("utf-8")
    (folder / "narrative.md").write_text(text.replace("- Train", "![x](https://x/y.png)\n\n- Train"), "utf-8")
    (folder / "figures/hero.png").write_bytes(PIXEL)
    with pytest.raises(LeakstatsError, match="is no figure of the analysis"):
        page(folder)


@pytest.mark.browser
def test_a_browser_shows_it_without_a_complaint(folder: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium here")
    (folder / "issue.html").write_text(page(folder), "utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom"]
    done = subprocess.run(
        [*command, f"file://{folder / 'issue.html'}"], capture_output=True, text=True, timeout=60, check=True
    )
    assert "CONSOLE" not in done.stderr
    assert done.stdout.count('<button type="button">') > 5  # the script ran: tables sort
    assert 'type="search"' in done.stdout  # and samples can be searched


def _luminance(colour: str) -> float:
    """WCAG 2.1 relative luminance of ``#rgb`` or ``#rrggbb``."""
    digits = colour.lstrip("#")
    parts = [
        int(d * 2, 16) if len(digits) == 3 else int(digits[2 * i : 2 * i + 2], 16) for i, d in enumerate(digits[:3])
    ]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (p / 255 for p in parts)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_text_stands_out_from_its_paper(folder: Path, scheme: str) -> None:
    text = page(folder)
    schemes = re.findall(r":root\s*\{([^}]*)\}", text)
    light, dark, printed = (dict(re.findall(r"--(\w+):\s*(#[0-9a-fA-F]{3,6})\b", block)) for block in schemes)
    colours = {"light": light, "dark": {**light, **dark}, "print": {**light, **printed}}[scheme]
    for ink in ("ink", "muted", "link"):
        for paper in ("paper", "mark") if ink == "ink" else ("paper",):
            low, high = sorted((_luminance(colours[ink]), _luminance(colours[paper])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, paper)
