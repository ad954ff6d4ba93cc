"""A page and its provenance: what stands where, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from leakstats.analysis.document import AnalysisDocument
from leakstats.contracts import template_versions
from leakstats.errors import ContractError
from leakstats.files import write_json
from leakstats.phrases import evaluate
from leakstats.reporting.narrative import load_narrative
from leakstats.reporting.render import PAGE_LIMIT, Place, Rendered, render
from leakstats.reporting.starting import starting_narrative
from leakstats.template import load_template

PINNED = "https://raw.githubusercontent.com/o/r/0123456789abcdef0123456789abcdef01234567/"


@pytest.fixture
def narrative_text(project_root: Path) -> str:
    return (project_root / "tests/reporting/data/narrative.md").read_text("utf-8")


def made(document: AnalysisDocument, text: str, folder: Path, version: str = "v1") -> Rendered:
    path = folder / "narrative.md"
    path.write_text(text, "utf-8")
    template = load_template(version)
    return render(document, load_narrative(path, template), template, place=Place(figure_base=PINNED))


def test_headings_are_the_templates_in_order(document: AnalysisDocument, narrative_text: str, tmp_path: Path) -> None:
    page = made(document, narrative_text, tmp_path)
    lines = page.text.splitlines()
    assert lines[0].startswith("<!-- clean_result v1 ")
    assert lines[2] == "# Leakage follows similarity under 2 of 3 sources (MODERATE confidence)"
    wanted = [s.markup for s in load_template("v1").sections]
    assert [line for line in lines if line in wanted] == wanted


def test_every_span_is_where_it_says_and_prints_again(
    document: AnalysisDocument, narrative_text: str, tmp_path: Path
) -> None:
    page = made(document, narrative_text, tmp_path)
    position = 0
    for i, span in enumerate(page.spans):
        assert span.order == i
        start = page.text.index(span.before + span.text + span.after, max(0, position - 60)) + len(span.before)
        assert start >= position
        position = start + len(span.text)
        assert page.text.count("\n", 0, start) + 1 == span.line
        assert evaluate(document, span.function, list(span.args), dict(span.kwargs)) == span.text
        json.dumps([span.args, span.kwargs])
    assert next(s.expression for s in page.spans if s.function == "rho") == 'rho(source="villain", layer=20)'
    assert any(s.function == "require" and s.text == "" for s in page.spans)
    assert any(s.expression == "template:sections/setup_model.md.j2" for s in page.spans)


def test_typed_numbers_are_counted_with_their_line(
    document: AnalysisDocument, narrative_text: str, tmp_path: Path
) -> None:
    counts = made(document, narrative_text, tmp_path).counts
    assert counts.typed == ((29, "20"),)
    assert counts.printed == counts.grounded + 1


def test_author_text_has_no_line_breaks_inside_paragraphs(
    document: AnalysisDocument, narrative_text: str, tmp_path: Path
) -> None:
    text = made(document, narrative_text, tmp_path).text
    assert "leaks from one to the other, but it had few personas" in text
    assert "\n\n\n" not in text


def test_caveats_of_design_and_author_are_ranked(
    document: AnalysisDocument, narrative_text: str, tmp_path: Path
) -> None:
    text = made(document, narrative_text, tmp_path).text
    caveats = text[text.index("**Standing caveats:**") :].split("\n\n")[1].split("\n")
    ranks = [c.split(":")[0] for c in caveats]
    assert ranks == sorted(ranks, key=["- CRITICAL", "- MAJOR", "- MINOR"].index)
    assert "- MAJOR: Only one base model family was tried." in caveats


def test_one_changed_count_changes_every_number_that_hangs_on_it(
    raw: dict[str, Any], narrative_text: str, tmp_path: Path
) -> None:
    before = made(AnalysisDocument(raw), narrative_text, tmp_path).text
    for entry in raw["estimates"]:
        if entry["key"] == "similarity.spearman[layer=20,source=villain]":
            entry["result"]["value"] = 0.71
    after = made(AnalysisDocument(raw), narrative_text, tmp_path).text
    assert before.count("0.70 [0.58, 0.80]") == after.count("0.71 [0.58, 0.80]") == 2


def test_a_false_assertion_stops_rendering_and_says_what_is_true(
    raw: dict[str, Any], narrative_text: str, tmp_path: Path
) -> None:
    for entry in raw["estimates"]:
        if entry["key"] == "similarity.spearman[layer=20,source=villain]":
            entry["result"]["value"] = 0.4
    with pytest.raises(ContractError, match=r"line 26: .*require.* above 0.5 .*the analysis says ρ = 0.40"):
        made(AnalysisDocument(raw), narrative_text, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("confidence: MODERATE", "confidence: HIGH", "the analysis allows MODERATE at most: one training seed"),
        ("confidence: MODERATE", "confidence: MEDIUM", "expected one of HIGH, MODERATE, LOW"),
        ('rho(source="villain"', 'rho(source="vilain"', "line 21: .*no source 'vilain'; did you mean 'villain'"),
        ("{{ how_many(", "{{ how_mny(", "line 17: .*no function is called 'how_mny'; did you mean 'how_many'"),
        (
            "<!-- section: background -->",
            "<!-- section: bckground -->",
            "no section is called 'bckground'; did you mean",
        ),
        ("<!-- section: next_steps -->", "", "has no text for section 'next_steps'"),
        ("- MAJOR: Only one", "- Only one", "opens with its rank"),
        ("hero: hero", "hero: hreo", "no figure 'hreo'"),
        ("hero: hero", "heroe: hero", "line 5: unknown key 'heroe'; did you mean 'hero'"),
        ("claim: Leak", "clam: Leak", "misses 'claim'"),
        ("- MAJOR: Only", "Some words.\n\n- MAJOR: Only", "'Some words.' stands before the first bullet"),
        ("role: designed", "role: <script>x</script> designed", "source_issues: the HTML 'script'"),
        ("role: designed", 'role: "{{ n() }} designed', "front matter|line"),
        ("role: designed the marker", 'role: "x {{ n() }}"', "source_issues: holds an expression"),
        ("claim: Leak", "claim: <img src=x> Leak", "claim: the HTML 'img'"),
        ("Train with further", '{{ table("rates.cells") }} Train with', "a paragraph of its own"),
        (
            "<!-- section: setup -->",
            "<!-- section: setup_model -->\nMy model.\n\n<!-- section: setup -->",
            "takes no text",
        ),
    ],
)
def test_problems_are_named_with_their_place(
    document: AnalysisDocument, narrative_text: str, tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in narrative_text
    with pytest.raises(ContractError, match=message):
        made(document, narrative_text.replace(old, new), tmp_path)


def test_all_problems_come_at_once(document: AnalysisDocument, narrative_text: str, tmp_path: Path) -> None:
    text = narrative_text.replace('"villain"', '"vilain"').replace("confidence: MODERATE", "confidence: HIGH")
    with pytest.raises(ContractError) as caught:
        made(document, text, tmp_path)
    assert len(caught.value.violations) == 4


@pytest.mark.parametrize("version", template_versions())
def test_bodies_hold_no_heading_and_no_arithmetic(version: str) -> None:
    folder = load_template(version).folder
    assert folder is not None
    bodies = [f for f in (folder / "sections").iterdir() if f.name.endswith(".j2")]
    assert bodies
    for body in bodies:
        text = body.read_text("utf-8")
        assert not any(line.lstrip().startswith("#") for line in text.splitlines()), body.name
        assert "round" not in text, body.name
        assert not any(f" {sign} " in text.replace("{%-", "").replace("-%}", "") for sign in "*/"), body.name


@pytest.mark.parametrize("version", template_versions())
def test_a_starting_narrative_renders_as_it_is(document: AnalysisDocument, tmp_path: Path, version: str) -> None:
    page = made(document, starting_narrative(document, load_template(version)), tmp_path, version)
    assert page.text.startswith(f"<!-- clean_result {version} ")
    assert "(MODERATE confidence)" in page.text


def test_a_page_too_long_for_an_issue_sends_its_longest_table_away(
    raw: dict[str, Any], narrative_text: str, tmp_path: Path
) -> None:
    table = raw["tables"][1]
    n = 2000
    table["factors"] = {"persona": [f"persona_{i}" for i in range(n)]}
    table["columns"] = {"cooks_d": [0.25] * n, "leverage": [0.125] * n}
    document = AnalysisDocument(raw)
    page = made(document, narrative_text, tmp_path)
    assert len(page.text) < PAGE_LIMIT
    assert "Influence by persona: too long for this page, in [`issue.tables.md`](issue.tables.md)." in page.text
    assert "| persona_1999 | 0.25 | 0.12 |" in page.attachment
    assert all(evaluate(document, s.function, list(s.args), dict(s.kwargs)) == s.text for s in page.spans)


def test_the_files_of_an_analysis_are_loaded_the_same(raw: dict[str, Any], narrative_text: str, tmp_path: Path) -> None:
    write_json(tmp_path / "analysis.json", raw)
    here = made(AnalysisDocument.load(tmp_path / "analysis.json"), narrative_text, tmp_path)
    other = tmp_path / "some" / "other folder"
    other.mkdir(parents=True)
    shutil.copy(tmp_path / "analysis.json", other)
    there = made(AnalysisDocument.load(other / "analysis.json"), narrative_text, other)
    assert here == there


@pytest.mark.parametrize("version", template_versions())
def test_what_a_page_replaces_and_what_replaces_it_is_said(
    document: AnalysisDocument, tmp_path: Path, version: str
) -> None:
    text = starting_narrative(document, load_template(version))
    front = 'supersedes: ["#40", "#41"]\nsuperseded_by: "#99, with three training seeds"\n---\n\n'
    page = made(document, text.replace("---\n\n", front, 1), tmp_path, version)
    issues = page.text[page.text.index("## Source issues") :].split("\n## ")[0]
    assert "\n\nSupersedes: #40, #41.\n\n**Superseded by:** #99, with three training seeds." in issues
    assert "uperseded" not in made(document, text, tmp_path, version).text
