"""Exports keep every estimate, at full precision in pandas and as printed in Markdown and LaTeX."""

from __future__ import annotations

import pytest

from leakstats.analysis.document import Entry
from leakstats.estimate import Estimate, Interval, PValue, Undefined
from leakstats.export import to_latex, to_markdown, to_pandas
from leakstats.ident import EstimateId

ENTRIES = [
    Entry(
        EstimateId("similarity", "spearman", {"layer": 20}),
        Estimate(
            "spearman_rho", -0.7394549559, 12, "Spearman",
            interval=Interval(-0.93, -0.21, method="bonett-wright"), p_value=PValue(0.0089, "permutation"), null="none",
        ),
        "Spearman ρ | layer_20", "personas",
    ),
    Entry(
        EstimateId("similarity", "spearman", {"layer": 25}),
        Undefined("spearman_rho", "x is constant", 3), "flat", "personas",
    ),
]  # fmt: skip


def test_pandas_keeps_precision_and_reasons():
    frame = to_pandas(ENTRIES)
    assert frame.loc[0, "value"] == -0.7394549559
    assert frame.loc[0, "p_method"] == "permutation"
    assert frame["facet_layer"].tolist() == [20, 25]
    assert frame.loc[1, "reason"] == "x is constant"
    assert frame["value"].isna().tolist() == [False, True]


def test_markdown_prints_numbers_and_escapes_cells():
    lines = to_markdown(ENTRIES).splitlines()
    assert len(lines) == 4
    assert "Spearman ρ \\| layer_20" in lines[2]
    assert "−0.74" in lines[2]
    assert "[−0.93, −0.21]" in lines[2]
    assert "undefined" in lines[3]


def test_latex_escapes():
    text = to_latex(ENTRIES)
    assert "layer\\_20" in text
    assert "-0.74" in text
    assert text.startswith("\\begin{tabular}")


def test_an_estimate_shows_itself_in_a_notebook():
    estimate = Estimate("rate <b>", 0.5, 4, "share", notes=("a & b",))
    html = estimate._repr_html_()
    assert "rate &lt;b&gt; = 0.5" in html
    assert "a &amp; b" in html


def test_a_bar_is_no_accident():
    with pytest.raises(ValueError, match="finite"):
        Estimate("rate", float("nan"), 4, "share")
