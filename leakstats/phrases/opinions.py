"""What other libraries made of the same arrays, where the analysis asked them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from leakstats.analysis.document import AnalysisDocument
from leakstats.numbers import format_count
from leakstats.numerals import MINUS

from .escape import cell, safe
from .markdown_table import markdown_table
from .marks import mark
from .registry import phrase

__all__: list[str] = []

_SHOWN = 20
"""Unexplained differences that stand on the page; the others are counted."""


@phrase(block=True)
def second_opinion(doc: AnalysisDocument) -> str:
    """How many quantities other libraries confirm, and each unexplained difference; nothing where nobody asked."""
    comparisons = doc.raw.get("crosscheck")
    if comparisons is None:
        return ""
    found = Counter(c["verdict"] for c in comparisons)
    asked = sorted({safe(c["library"]) for c in comparisons})
    by = f" by {', '.join(asked)}" if asked else ""
    parts = [
        f"{format_count(found['agree'])} agree",
        f"{format_count(found['known_pitfall'])} differ by a known pitfall of the library",
        f"{format_count(found['differ'])} differ without explanation",
    ]
    if found["not_comparable"]:
        parts.append(f"{format_count(found['not_comparable'])} cannot be compared")
    said = f"Second opinion: of {format_count(len(comparisons))} quantities computed again{by}, {', '.join(parts)}."
    differing = [c for c in comparisons if c["verdict"] == "differ"]
    if not differing:
        return said
    header = ["Unexplained difference", "Quantity", "Ours", "Theirs", "What was seen"]
    body = [
        [
            cell(c["key"]),
            cell(f"{c['quantity']}, {c['library']}"),
            mark(c["key"], _shown(c["ours"])),
            _shown(c["theirs"]),
            cell(c["detail"]),
        ]
        for c in differing[:_SHOWN]
    ]
    table = markdown_table(header, body, align="llrrl")
    left = len(differing) - _SHOWN
    more = f"\n\n{format_count(left)} more unexplained differences stand in analysis.json." if left > 0 else ""
    return f"{said}\n\n{table}{more}"


def _shown(value: Any) -> str:
    """Six significant digits: a difference in the last of them is what the row is about."""
    if value is None:
        return "none"
    text = f"{value:.6g}"
    return MINUS + text[1:] if text.startswith("-") else text
