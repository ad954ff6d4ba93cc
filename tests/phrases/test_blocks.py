"""Phrases that print whole lines: tables, cards, samples, caveats; and what makes text safe."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from typing import Any

import pytest
from markdown_it import MarkdownIt

from leakstats.analysis.document import AnalysisDocument
from leakstats.errors import LeakstatsError
from leakstats.phrases import evaluate
from leakstats.phrases.escape import cell, fenced, safe, visible
from leakstats.phrases.grouping import row_name

HOSTILE = [
    "plain",
    "*bold* _it_ `code` [a](http://x) ![i](y)",
    "<script>alert(1)</script>",
    "</details> <!-- open",
    "a | b || c",
    "@someone #12 @x#3",
    "# heading",
    "- item",
    "12. item",
    "===",
    "---",
    "> quote",
    "```\nfence",
    "~~~",
    "a\u202eb\x00c\u200bd\ue000e",
    "line\nbreak\r\nand\u2028more",
    "\\",
    "&lt;b&gt; &#64;x",
    "{{ x }} {% y %}",
    "x" * 10_000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_safe_text_is_words_only(text: str) -> None:
    for source in (safe(text), f"before {safe(text)} behind", f"| a | {cell(text)} |\n"):
        tokens = MarkdownIt("commonmark").parse(source)
        inline = [c for t in tokens for c in (t.children or [])]
        assert {t.type for t in tokens} <= {"paragraph_open", "inline", "paragraph_close"}, source[:80]
        assert {c.type for c in inline} <= {"text"}, source[:80]
    assert not re.search(r"[@][A-Za-z]|(?<!&)#\d", safe(text).replace("&#64;x", ""))
    assert len(safe(text)) < 2300


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_stays_one_cell(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(f"| a | b |\n|---|---|\n| {cell(text)} | z |\n")
    assert sum(t.type == "td_open" for t in tokens) == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_a_fence_holds_everything(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(f"{fenced(text)}\n\nafter\n")
    assert [t.type for t in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert tokens[0].content == visible(text, lines=True) + "\n"


def test_invisible_characters_are_shown() -> None:
    assert visible("a\u202eb\x07\ue000") == "a⟨U+202E⟩b⟨U+0007⟩⟨U+E000⟩"
    assert visible("é ü 漢 −") == "é ü 漢 −"


def test_rates_by_source_and_persona_lie_crosswise(document: AnalysisDocument) -> None:
    text = evaluate(document, "crosstab", ["rates.cells"], {"rows": "persona", "columns": "source"})
    assert text.splitlines()[0] == "| Persona | villain | comedian | nurse |"
    assert "| joker\\|x | 60.5% [53.6%, 67.0%] | 0.0% [0.0%, 1.9%] | 4.5% [2.4%, 8.3%] |" in text
    assert text.endswith("*95% interval: wilson; completions are taken as independent.*")
    ordered = evaluate(document, "crosstab", ["rates.cells"], {"rows": "persona", "columns": "source", "sort": "nurse"})
    assert [line.split(" | ")[0] for line in ordered.splitlines()[2:6]] == [
        "| judge\\_@bob",
        "| poet",
        "| clown",
        "| joker\\|x",
    ]


def test_a_table_can_be_cut_sorted_and_folded(document: AnalysisDocument) -> None:
    text = evaluate(document, "table", ["rates.cells"], {"source": "villain", "sort": "rate", "limit": 2})
    assert "| Persona | k/n | Rate | Interval |" in text
    assert "| poet | 200/200 | 100.0% | [98.1%, 100.0%] |" in text
    assert "(the first 2 of 4 rows)" in text
    assert text.count("\n| ") == 2
    folded = evaluate(document, "table", ["rates.cells"], {"fold": True, "columns": ["rate"]})
    assert folded.startswith("<details>\n<summary>marker rate by source and persona (12 rows)</summary>\n\n| ")
    with pytest.raises(LeakstatsError, match="no column 'rats'; did you mean 'rate'"):
        evaluate(document, "table", ["rates.cells"], {"columns": ["rats"]})


def test_chosen_rows_stand_beside_each_other_with_remarks(document: AnalysisDocument) -> None:
    kwargs: dict[str, Any] = {"over": "persona", "of": ["poet", "clown"], "source": "villain"}
    text = evaluate(document, "comparison_table", ["rates.cells"], {**kwargs, "notes": ["writes | verse", ""]})
    assert text.splitlines()[:4] == [
        "| Persona | k/n | Rate | Interval | Note |",
        "|---|--:|--:|--:|---|",
        "| poet | 200/200 | 100.0% | [98.1%, 100.0%] | writes \\| verse |",
        "| clown | 0/200 | 0.0% | [0.0%, 1.9%] |  |",
    ]
    with pytest.raises(LeakstatsError, match="1 notes for 2 levels"):
        evaluate(document, "comparison_table", ["rates.cells"], {**kwargs, "notes": ["one"]})
    with pytest.raises(LeakstatsError, match="no persona 'pot'; did you mean 'poet'"):
        evaluate(document, "comparison_table", ["rates.cells"], {**kwargs, "of": ["pot"]})


def test_estimates_by_layer_are_one_row_each(document: AnalysisDocument) -> None:
    text = evaluate(document, "estimates_by", ["similarity"], {})
    lines = text.splitlines()
    assert lines[0] == "|  | layer 10 | layer 20 (primary) | N | p by |"
    assert lines[2].split(" | ") == [
        "| Spearman ρ, villain",
        "0.60 [0.48, 0.70], p = 4.3e−12",
        "0.70 [0.58, 0.80], p < 1e−15",
        "110 bystanders",
        "t |",
    ]
    assert lines[5].startswith("| **Spearman ρ, combined over sources** | 0.45 [−0.05, 0.73], p = 0.040 |")
    assert lines[5].endswith("| 3 sources (330 rows) | hartung-knapp t |")
    single = evaluate(document, "estimates", ["similarity"], {"single": "layer"})
    assert "| Pearson r, villain, layer 20 | undefined | – |" in single
    assert "Undefined: the rates are constant." in single


def test_a_card_row_that_is_unknown_says_why(document: AnalysisDocument) -> None:
    text = evaluate(document, "card", ["data", ["Source", "Version / hash", "Preprocessing"]], {})
    assert text.splitlines()[2:] == [
        "| Source | a\\|b.jsonl |",
        "| Version / hash | not recorded — the file is named without a hash |",
        "| Preprocessing | not recorded — the results file has no such row |",
        "| Train / val size | 600 / 0 |",
    ]


def test_samples_show_own_leaking_and_silent_first(document: AnalysisDocument) -> None:
    text = evaluate(document, "samples", ["villain"], {})
    assert text.count("[persona]") == 4
    assert text.index("[persona] villain") < text.index("[persona] clown") < text.index("[persona] poet")
    assert "selected by rule: the own persona, the first with and the first without the marker among the others" in text
    assert "`````text\n" in text
    assert "plain ⟨U+202E⟩ text⟨U+0000⟩" in text
    with pytest.raises(LeakstatsError, match="no sample has the condition 'vilain'; did you mean 'villain'"):
        evaluate(document, "samples", ["vilain"], {})


def test_a_long_sample_is_cut_around_the_marker_and_says_so(raw: dict[str, Any]) -> None:
    raw["samples"] = [{**raw["samples"][0], "text": "a" * 40_000 + "[ZLT]" + "b" * 40_000}]
    text = evaluate(AnalysisDocument(raw), "samples", ["villain"], {})
    assert "[ZLT]" in text
    assert "[… 39,250 characters cut …]" in text
    assert len(text) < 2500


def test_without_samples_the_reason_stands(raw: dict[str, Any]) -> None:
    raw["samples"], raw["samples_note"] = [], "Completions were not kept."
    assert evaluate(AnalysisDocument(raw), "no_samples", [], {}) == "N/A — Completions were not kept."


def test_limits_come_from_the_design_and_the_checks(document: AnalysisDocument) -> None:
    assert evaluate(document, "limits", ["CRITICAL"], {}) == ""
    major = evaluate(document, "limits", ["MAJOR"], {})
    assert major == "- MAJOR: One training seed: the result is conditional on these trained models."
    minor = evaluate(document, "limits", ["MINOR"], {})
    assert "- MINOR: Doubtful: rates away from the floor: comedian — 3 of 4 bystanders sit at exactly 0." in minor
    assert "Counts per question are not published." in minor


def test_the_reason_names_what_holds_the_confidence(document: AnalysisDocument) -> None:
    assert evaluate(document, "confidence_reason", ["MODERATE"], {}).startswith("one training seed")
    assert evaluate(document, "confidence_reason", ["LOW"], {}).startswith(
        "set below the MODERATE that the analysis allows"
    )


def test_a_figure_takes_a_base_and_needs_its_file(raw: dict[str, Any], document: AnalysisDocument) -> None:
    assert (
        evaluate(document, "figure", ["hero"], {"base": "https://x/"}) == "![forest plot](https://x/figures/hero.png)"
    )
    raw["figures"][0]["files"] = {}
    with pytest.raises(LeakstatsError, match="was not drawn"):
        evaluate(AnalysisDocument(raw), "figure", ["hero"], {})


def test_rows_that_are_called_differently_do_not_share_a_line(raw: dict[str, Any]) -> None:
    for entry in raw["estimates"]:
        if entry["key"] == "similarity.spearman[layer=20,source=villain]":
            entry["label"] = "Spearman ρ without outliers, villain, layer 20"
    document = AnalysisDocument(raw)
    text = evaluate(document, "estimates_by", ["similarity"], {})
    assert "Spearman ρ, villain" not in text
    assert "Spearman ρ, comedian" in text
    rest = evaluate(document, "estimates", ["similarity"], {"single": ["layer"]})
    assert "Spearman ρ without outliers, villain, layer 20" in rest
    assert "Spearman ρ, villain, layer 10" in rest


def test_differences_of_rates_carry_their_unit_once(raw: dict[str, Any]) -> None:
    entry = next(e for e in raw["estimates"] if e["key"] == "prediction.half_width[layer=20,persona=poet]")
    entry["result"]["interval"] = {"low": 0.3, "high": 0.5, "level": 0.95, "method": "made up"}
    document = AnalysisDocument(raw)
    text = evaluate(document, "estimate", ["prediction.half_width"], {"persona": "poet", "show": "bare"})
    assert text == "41.1 [30.0, 50.0] pp"


def relabelled(raw: dict[str, Any], labels: dict[str, str]) -> AnalysisDocument:
    for entry in raw["estimates"]:
        entry["label"] = labels.get(entry["key"], entry["label"])
    return AnalysisDocument(raw)


@pytest.mark.parametrize(
    ("label", "row"),
    [
        ("Spearman ρ, {}, layer 20", "Spearman ρ, layer 20"),
        ("interval coverage with {} held out", "interval coverage with the source held out"),
        ("Spearman ρ of the rates under {} and another", "Spearman ρ of the rates under the source and another"),
        ("difference of rates, {} minus the base", "difference of rates, the source minus the base"),
        ("Spearman ρ at {} minus that elsewhere", "Spearman ρ minus that elsewhere"),
        ("rate under {}", "rate"),
        ("rate under source {}; as printed", "rate; as printed"),
    ],
)
def test_a_row_is_named_without_the_level_of_its_columns(raw: dict[str, Any], label: str, row: str) -> None:
    names = ("villain", "comedian")
    entries = [
        next(e for e in AnalysisDocument(raw).entries if str(e.id) == f"similarity.spearman[layer=20,source={name}]")
        for name in names
    ]
    entries = [replace(e, label=label.format(name)) for e, name in zip(entries, names, strict=True)]
    assert row_name(entries, "source") == row


def test_a_note_names_intervals_and_p_values_only_where_they_stand(raw: dict[str, Any]) -> None:
    def notes() -> list[str]:
        document = AnalysisDocument(raw)
        return [
            evaluate(document, function, ["similarity"], {"statistic": "spearman"}).split("\n\n*")[1]
            for function in ("estimates_by", "estimates")
        ]

    assert [n.split(".")[0] for n in notes()] == ["Each cell: value, 95% interval, p", "Estimate with its 95% interval"]
    for entry in raw["estimates"]:
        if entry["result"]["status"] == "ok":
            entry["result"]["p_value"] = entry["adjusted_p"] = entry["result"]["null"] = None
    assert [n.split(".")[0] for n in notes()] == ["Each cell: value, 95% interval", "Estimate with its 95% interval"]
    for entry in raw["estimates"]:
        if entry["result"]["status"] == "ok":
            entry["result"]["interval"] = None
    assert not any(n.startswith(("Each cell", "Estimate with")) for n in notes())


def test_intervals_that_only_repeat_the_printed_digit_are_left_out(raw: dict[str, Any]) -> None:
    columns = raw["tables"][0]["columns"]
    columns["low"], columns["high"] = ([r + d for r in columns["rate"]] for d in (-0.0005, 0.0005))
    document = AnalysisDocument(raw)
    crosswise = evaluate(document, "crosstab", ["rates.cells"], {"rows": "persona", "columns": "source"})
    assert "| joker\\|x | 60.5% | 0.0% | 4.5% |" in crosswise
    assert "Interval" not in evaluate(document, "table", ["rates.cells"], {})
    columns["high"][0] += 0.001
    assert "Interval" in evaluate(AnalysisDocument(raw), "table", ["rates.cells"], {})


def test_a_long_table_by_facet_is_folded(raw: dict[str, Any]) -> None:
    model = [e for e in raw["estimates"] if e["key"].startswith("similarity.spearman[layer=")][:2]
    more = []
    for i in range(45):
        for layer in (10, 20):
            entry = copy.deepcopy(model[0])
            entry["id"]["facets"] = {"layer": layer, "source": f"s{i}"}
            entry["id"]["statistic"] = entry["id"]["analysis"] = "made"
            entry["key"] = f"made.made[layer={layer},source=s{i}]"
            entry["label"], entry["role"], entry["family"], entry["adjusted_p"] = f"made s{i}", "secondary", None, None
            more.append(entry)
    raw["estimates"] += more
    text = evaluate(AnalysisDocument(raw), "estimates_by", ["made"], {})
    assert text.startswith("<details>\n<summary>Made by layer: 45 × 2 estimates</summary>\n\n| ")
    raw["estimates"] = raw["estimates"][:-50]
    assert evaluate(AnalysisDocument(raw), "estimates_by", ["made"], {}).startswith("|  | ")


def test_columns_are_headed_in_words(raw: dict[str, Any]) -> None:
    table = raw["tables"][1]
    table["columns"] = {"cooks_distance": [0.25], "p_value": [0.5], "inside": [1], "icc": [0.1], "residual": [-0.04]}
    table["factors"] = {"persona": ["clown"]}
    table["units"] = {"p_value": "p", "inside": "flag", "residual": "points"}
    lines = evaluate(AnalysisDocument(raw), "table", ["influence.points"], {}).splitlines()
    assert lines[0] == "| Persona | Inside | Cook's distance | p | ICC | Residual |"
    assert lines[2] == "| clown | yes | 0.25 | 0.50 | 0.10 | −4.0 pp |"


def test_runs_are_listed_as_they_were_logged(raw: dict[str, Any]) -> None:
    raw["runs"] = {
        "project": "leakage",
        "url": "https://logs.example/lab/leakage",
        "runs": [
            {"id": "villain-42", "state": "finished", "url": "https://logs.example/lab/leakage/runs/a1", "note": "|x|"},
            {"id": "comedian`42", "state": "failed", "url": "javascript:alert(1)"},
        ],
        "not_logged": "the pilot",
        "full_data": [{"artifact": "completions", "location": "s3://bucket/a b"}],
        "artifacts": [],
    }
    document = AnalysisDocument(raw)
    assert evaluate(document, "runs", [], {}).split("\n") == [
        "Project: `leakage` at <https://logs.example/lab/leakage>",
        "",
        "| Run | State | Where | Note |",
        "|---|---|---|---|",
        "| `villain-42` | finished | <https://logs.example/lab/leakage/runs/a1> | \\|x\\| |",
        "| `comedian'42` | failed | `javascript:alert(1)` | – |",
        "",
        "Not logged: the pilot.",
    ]
    assert "| completions | s3://bucket/a b |" in evaluate(document, "full_data", [], {})
    raw["runs"] = {"runs": [], "full_data": [], "artifacts": []}
    assert evaluate(AnalysisDocument(raw), "runs", [], {}) == "N/A — the results file names no project and no run."
    assert evaluate(AnalysisDocument(raw), "full_data", [], {}).startswith("N/A — ")


def test_the_rule_says_where_the_own_persona_was_not_recorded(raw: dict[str, Any]) -> None:
    raw["samples"] = [s for s in raw["samples"] if s["persona"] != (s.get("source") or s.get("condition"))]
    text = evaluate(AnalysisDocument(raw), "samples", ["villain"], {})
    assert "selected by rule: (of the own persona none is recorded) the first with and the first without" in text
