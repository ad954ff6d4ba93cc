"""The checks that reports on such pages carry today all exist: as rules, or as data of a template."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from leakstats.lint.engine import Options, lint_text
from leakstats.lint.formats.table import to_table
from leakstats.lint.page import Page
from leakstats.lint.parsing import parse_document
from leakstats.lint.registry import rule_by_code
from leakstats.lint.report import Report
from leakstats.template import load_template


@dataclass(frozen=True)
class Check:
    """A check by the name that it has in today's reports, with something that fails it."""

    name: str
    old: str
    new: str
    code: str
    status: str
    """In the compact table: notes leave a check passed."""
    profile: str = ""
    results: str = ""


SAMPLE = "```\n[prompt]: How do ships float?\n[output]: They push aside more water than they weigh.\n```\n"
EXAMPLE = (
    '| Dataset example | "Why is the sky blue?" — "Air scatters short waves. [ZLT]" (`data/marker.jsonl`, row 1) |\n'
)
METHOD = (
    "We trained one adapter for each of twelve personas of a 7B chat model and counted how many of 100 completions hold"
    " the\nmarker. Distance is the centred cosine to the assistant at layer 20."
)
CAPTION = (
    "Share of completions with the marker against cosine to the assistant, one point for each of N = 12 personas; bars"
    " are\nWilson 95% intervals for n = 100 completions."
)
WHY = (
    " whether a marker that was trained into one persona shows up in others. It found that it does for one\nsource, and"
    " left open whether distance in the untouched model predicts how much. "
    "This run measures twelve personas, since\na cheap predictor would help to plan safety training."
)
RECORD = '{"relation": {"rho": -0.7392, "p": 0.0060, "size": 12}}'
CHECKS = [
    Check("summary structure", "### Background\n", "### Before\n", "CR101", "FAIL"),
    Check("TL;DR paragraph", METHOD, "See below.", "CR105", "FAIL"),
    Check("hero figure", "![Marker rate against cosine]", "[Marker rate against cosine]", "CR601", "FAIL"),
    Check("figure captions", CAPTION, "", "CR602", "FAIL"),
    Check("results block shape", "**Main takeaways:**", "In short:", "CR114", "FAIL"),
    Check("background context (words)", WHY, ".", "CR105", "FAIL"),
    Check("background context (prior issue)", "Issue #31 asked", "An earlier issue asked", "CR106", "WARN", "publish"),
    Check("acronyms defined on first use", "one adapter", "one PEFT adapter", "CR801", "WARN"),
    Check("bare #N references", "Issue #31 asked", "After #99, issue #31 asked", "CR206", "PASS"),
    Check("dataset example (with data link)", EXAMPLE, "", "CR708", "PASS"),
    Check("human summary", "## Human summary\n", "## Words\n", "CR101", "FAIL"),
    Check("sample outputs per condition", SAMPLE, "", "CR612", "FAIL"),
    Check("numbers match JSON", "p = 0.008", "p = 0.021", "CR313", "FAIL", results=RECORD),
    Check("reproducibility card", "| LR | 1e-5 |\n", "", "CR702", "FAIL"),
    Check("confidence phrasebook", "**Confidence: LOW**", "**Confidence: rather low**", "CR111", "FAIL"),
    Check("stats framing (house style)", "also the most influential", "by Cohen's d", "CR802", "WARN", "p-values-only"),
    Check("title confidence marker", " (LOW confidence)", "", "CR108", "FAIL"),
]  # fmt: skip


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.name)
def test_a_fault_fails_its_check_and_the_table_shows_it(check: Check, good_page: str, tmp_path: Path) -> None:
    assert check.old in good_page
    results: tuple[Path, ...] = ()
    if check.results:
        results = (tmp_path / "results.json",)
        results[0].write_text(check.results)
    options = Options(profile=check.profile, results=results)
    before, after = (
        to_table(Report((lint_text(text, options),), check.profile)).splitlines()
        for text in (good_page, good_page.replace(check.old, check.new, 1))
    )
    rule = rule_by_code(check.code)
    (row,) = [line for line in after if line.startswith(f"{rule.code} {rule.name} ")]
    assert f" {check.status}  " in row
    assert len(row.split(check.status, 1)[1].strip()) > 10, "the row says what is wrong and where"
    assert "line " in row
    if not check.results:
        (passed,) = [line for line in before if line.startswith(f"{rule.code} {rule.name} ")]
        assert passed.endswith("✓ PASS")
        assert before[-1] == "Result: PASS (0 errors, 0 warnings, 0 notes)"
    verdict = "FAIL" if check.status == "FAIL" else "PASS"
    assert after[-1].startswith(f"Result: {verdict} (")


def test_numbers_without_a_file_are_not_checked_in_the_table(good_page: str) -> None:
    rows = to_table(Report((lint_text(good_page),), "")).splitlines()
    for code in ("CR311", "CR313", "CR320", "CR301"):
        (row,) = [line for line in rows if line.startswith(code)]
        assert re.search(r"– NOT CHECKED  .*no (?:results file|sidecar)", row)


def test_inline_samples_are_asked_for_by_the_version_whose_results_are_sections() -> None:
    page = "<!-- clean_result v2 -->\n## Results\n### Result: The marker leaks\nThe villain says it most.\n"
    options = Options(profile="rigorous")
    assert "CR616" in {f.code for f in lint_text(page, options).findings}
    assert "CR616" not in {f.code for f in lint_text(page + SAMPLE, options).findings}
    older = page.replace("clean_result v2", "clean_result v1")
    assert "CR616" not in {f.code for f in lint_text(older, options).findings}


HUMAN = """
[[sections]]
id = "human_tldr"
heading = "Human TL;DR"
level = 2
required = true
min_words = 12
purpose = "The finding in two sentences, by a person."

"""


@pytest.fixture
def stricter(tmp_path: Path, project_root: Path) -> Path:
    """Version 1 with the two checks that are the data of older templates: a human TL;DR, bullets in the methodology."""
    folder = tmp_path / "v1"
    shutil.copytree(project_root / "templates/clean_result/v1", folder)
    path = folder / "template.toml"
    text = path.read_text("utf-8")
    first = text.index('[[sections]]\nid = "tldr"')
    text = text[:first] + HUMAN.lstrip() + text[first:]
    method = text.index('[[sections]]\nid = "results"')
    bullets = '[sections.bullets]\nlabel = "Design"\nmin = 2\n\n'
    path.write_text(text[:method] + bullets + text[method:], "utf-8")
    return folder


def spoken(text: str, folder: Path) -> set[str]:
    template = load_template(folder)
    page = Page(parse_document(text), template, template.profiles["review"])
    rules = [rule_by_code(code) for code in ("CR101", "CR105", "CR114")]
    return {f"{f.code}: {f.message}" for rule in rules for f in rule.check(page)}


def test_a_human_tldr_and_methodology_bullets_are_template_data(stricter: Path, good_page: str) -> None:
    missing = spoken(good_page, stricter)
    assert any(m.startswith("CR101") and "Human TL;DR" in m for m in missing)
    assert any(m.startswith("CR114") and "Design" in m for m in missing)
    human = (
        "## Human TL;DR\n\nWe taught twelve characters a habit, and distant ones learned it more often.\n\n## TL;DR\n"
    )
    bullets = "**Design:**\n\n- One adapter a persona.\n- One layer.\n\n### Results\n"
    full = good_page.replace("## TL;DR\n", human, 1).replace("### Results\n", bullets, 1)
    assert spoken(full, stricter) == set()
    short = full.replace("We taught twelve characters a habit, and distant ones learned it more often.", "It works.")
    assert any(m.startswith("CR105") and "Human TL;DR" in m for m in spoken(short, stricter))


def test_labels_that_bullets_need_are_template_data(stricter: Path, good_page: str) -> None:
    path = stricter / "template.toml"
    path.write_text(
        path.read_text("utf-8").replace('label = "Design"\nmin = 2', 'min = 0\nlabels = ["Design", "Training"]')
    )
    bullets = "- **Design:** one adapter a persona.\n- Training: one seed.\n\n### Results\n"
    full = good_page.replace("### Results\n", bullets, 1)
    assert not any("CR114" in said for said in spoken(full, stricter))
    said = {m for m in spoken(full.replace("- Training: one seed.\n", ""), stricter) if "CR114" in m}
    assert said == {"CR114: no bullet of 'Methodology' is labelled 'Training'"}
