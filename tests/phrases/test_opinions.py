"""The second opinion as a page prints it: nothing unless asked, counts, and every unexplained difference."""

from __future__ import annotations

from typing import Any

from leakstats.analysis.document import AnalysisDocument
from leakstats.phrases import evaluate


def said(raw: dict[str, Any], *verdicts: str, quantity: str = "p, exact") -> str:
    raw["crosscheck"] = [
        {
            "key": f"similarity.spearman[layer={i}]",
            "library": "scipy",
            "quantity": quantity,
            "ours": -1.25e-7,
            "theirs": None if i % 2 else 0.5,
            "verdict": verdict,
            "detail": "differs by 0.5",
        }
        for i, verdict in enumerate(verdicts)
    ]
    return evaluate(AnalysisDocument(raw), "second_opinion", [], {})


def test_nothing_is_said_where_nobody_was_asked(raw: dict[str, Any]) -> None:
    raw["crosscheck"] = None
    assert evaluate(AnalysisDocument(raw), "second_opinion", [], {}) == ""


def test_verdicts_are_counted(raw: dict[str, Any]) -> None:
    text = said(raw, "agree", "agree", "known_pitfall", "not_comparable")
    assert text == (
        "Second opinion: of 4 quantities computed again by scipy, 2 agree, 1 differ by a known pitfall of the library,"
        " 0 differ without explanation, 1 cannot be compared."
    )


def test_every_unexplained_difference_is_listed(raw: dict[str, Any]) -> None:
    text = said(raw, "agree", "differ", "differ", quantity="a|b <script>")
    assert "2 differ without explanation" in text
    rows = [line for line in text.splitlines() if line.startswith("| similarity")]
    assert rows == [
        r"| similarity.spearman\[layer=1\] | a\|b &lt;script&gt;, scipy | −1.25e-07 | none | differs by 0.5 |",
        r"| similarity.spearman\[layer=2\] | a\|b &lt;script&gt;, scipy | −1.25e-07 | 0.5 | differs by 0.5 |",
    ]


def test_a_long_list_is_cut_and_counted(raw: dict[str, Any]) -> None:
    text = said(raw, *["differ"] * 23)
    assert text.count("| similarity") == 20
    assert text.endswith("3 more unexplained differences stand in analysis.json.")
