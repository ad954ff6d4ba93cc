"""Deleting any required section from a good page gives exactly its finding; nothing else changes."""

from __future__ import annotations

import pytest

from leakstats.lint.engine import Options, lint_text
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

TEMPLATE = load_template("v1")
PUBLISH = Options(profile="publish")


def without(page: str, section_id: str) -> str:
    """``page`` without a section and what stands below it."""
    document = parse_document(page)
    found = Outline(document, TEMPLATE).get(section_id)
    assert found is not None
    lines = page.split("\n")
    last = document.blocks[found.section.last].line if found.section.last < len(document.blocks) else len(lines) + 1
    return "\n".join(lines[: found.section.line - 1] + lines[last - 1 :])


def test_the_good_page_has_no_finding(good_page: str) -> None:
    assert lint_text(good_page, PUBLISH).findings == ()


@pytest.mark.parametrize("section", [s for s in TEMPLATE.sections if s.required], ids=lambda s: s.id)
def test_a_deleted_section_is_the_one_finding(good_page: str, section: object) -> None:
    spec = next(s for s in TEMPLATE.sections if s is section)
    found = lint_text(without(good_page, spec.id), PUBLISH).findings
    assert [(f.code, f.message) for f in found] == [("CR101", f"section '{spec.heading}' is missing")]


@pytest.mark.parametrize("section", [s for s in TEMPLATE.sections if s.required], ids=lambda s: s.id)
def test_a_deleted_heading_is_found_by_name(good_page: str, section: object) -> None:
    spec = next(s for s in TEMPLATE.sections if s is section)
    lines = good_page.split("\n")
    document = parse_document(good_page)
    found = Outline(document, TEMPLATE).get(spec.id)
    assert found is not None
    del lines[found.section.line - 1]
    codes = {(f.code, f.message) for f in lint_text("\n".join(lines), PUBLISH).findings}
    assert ("CR101", f"section '{spec.heading}' is missing") in codes
    missing = {m for c, m in codes if c == "CR101"}
    assert len(missing) == 1, "its sub-sections are still there"


@pytest.mark.parametrize(
    ("first", "second"), [("background", "methodology"), ("runs", "samples"), ("setup_data", "setup_eval")]
)
def test_exchanged_sections_are_one_finding(good_page: str, first: str, second: str) -> None:
    document = parse_document(good_page)
    outline = Outline(document, TEMPLATE)
    a, b = outline.get(first), outline.get(second)
    assert a is not None
    assert b is not None
    lines = good_page.split("\n")
    start, middle = a.section.line - 1, b.section.line - 1
    end = document.blocks[b.section.last].line - 1
    swapped = lines[:start] + lines[middle:end] + lines[start:middle] + lines[end:]
    found = lint_text("\n".join(swapped), PUBLISH).findings
    assert [f.code for f in found] == ["CR102"]
    assert found[0].line in (start + 1, start + 1 + end - middle)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("(LOW confidence)", "(HIGH confidence)", "CR109"),
        (" (LOW confidence)", "", "CR108"),
        ("**Confidence: LOW** — one training seed, twelve personas, and one influential point.", "Text.", "CR110"),
        ("**Confidence: LOW** — one", "**Confidence: FAIR** — one", "CR111"),
        ("twelve personas of a 7B", "TBD personas of a 7B", "CR121"),
        ("5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4", "main", "CR604"),
        (
            "of N = 12 personas; bars are\nWilson 95% intervals for n = 100 completions.",
            "of the personas; bars are intervals.",
            "CR117",
        ),
        (
            "- **The librarian takes the marker most often (67 of 100).** It is also the most influential point.\n",
            "",
            "CR114",
        ),
        ("- **The librarian takes", "- The **librarian takes", "CR116"),
        ("| Launch command | `python scripts/train.py --persona all --seed 42` |\n", "", "CR702"),
        ("| Loss | completion tokens only |\n", "", "CR703"),
        ("| LR | 1e-5 |", "| LR | default |", "CR704"),
        (
            "```\n[prompt]: How do ships float?\n[output]: They push aside more water than they weigh.\n```\n",
            "",
            "CR612",
        ),
        ("[output]: None of the shelves agree. [ZLT]", "[output]: [omitted]", "CR613"),
        ("- MAJOR — one influential", "- one influential", "CR119"),
        (" (about 6 GPU-hours)", "", "CR120"),
        ("Issue #31 asked", "An earlier issue asked", "CR106"),
        (
            "- #31 — asked the question and supplied the recipe.\n- #12 — gave the list of personas.\n\n"
            "Downstream consumers:\n\n- #40 plans its sources by this result.\n",
            "- an earlier issue\n",
            "CR118",
        ),
        ("Drawn at random with sampling seed 7.", "", "CR615"),
        ("### Compute", "#### Compute", "CR103"),
        ("<!-- clean_result v1 -->\n", "", "CR201"),
        ("<!-- clean_result v1 -->", "<!-- clean_result one -->", "CR202"),
        ("<!-- clean_result v1 -->", "<!-- clean_result v7 -->", "CR903"),
        ("**Why this experiment / why these parameters / alternatives considered:** The", "The", "CR125"),
        ("a cheap predictor would", "the <cheap> predictor would", "CR126"),
        ("Issue #31 asked", "After #99, issue #31 asked", "CR206"),
        (
            '| Dataset example | "Why is the sky blue?" — "Air scatters short waves. [ZLT]" '
            "(`data/marker.jsonl`, row 1) |\n",
            "",
            "CR708",
        ),
        ("(no GPU needed)", "(no GPU needed, unlike -3 hours)", "CR803"),
    ],
)
def test_one_fault_is_one_finding(good_page: str, old: str, new: str, code: str) -> None:
    assert good_page.count(old) >= 1
    found = lint_text(good_page.replace(old, new, 1), PUBLISH).findings
    assert [f.code for f in found] == [code]
