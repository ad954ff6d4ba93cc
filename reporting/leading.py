"""Which estimate a page is about where nobody has said so, and which figure shows it."""

from __future__ import annotations

from collections.abc import Mapping

from leakstats.analysis.document import AnalysisDocument, Entry
from leakstats.errors import LeakstatsError
from leakstats.estimate import Estimate

__all__ = ["hero_of", "lead_of"]

_OF_SET = {"contrast": ("range",), "similarity": ("spearman", "pearson")}
"""Statistics that speak of a whole question, before those that speak of one pair or one source."""

_KINDS: Mapping[str, tuple[str, ...]] = {
    "similarity": ("scatter_grid", "regression", "forest", "layer_profile"),
    "prediction": ("regression", "scatter_grid"),
    "partial": ("scatter_grid", "regression"),
    "contrast": ("category_bars",),
    "trajectory": ("trajectory", "scatter"),
    "collapse": ("collapse_panels",),
    "rates": ("category_bars", "heatmap"),
}


def lead_of(document: AnalysisDocument) -> Entry:
    """The planned primary estimate; else that of the question whose estimates rest on the most independent units.

    Within the question a summary over all its units goes before one of a single source or pair.

    Raises
    ------
    LeakstatsError
        If the analysis has no estimate with a value.
    """
    defined = [e for e in document.entries if isinstance(e.result, Estimate)]
    primary = [e for e in defined if e.role == "primary"]
    if primary:
        return primary[0]
    for candidates in (
        [e for e in defined if e.role == "secondary" and _tested(e)],
        [e for e in defined if e.role in ("secondary", "exploratory") and _tested(e)],
        [e for e in defined if e.estimate.interval is not None],
        defined,
    ):
        if candidates:
            most = max(e.estimate.n for e in candidates)
            question = next(e.id.analysis for e in candidates if e.estimate.n == most)
            return min((e for e in candidates if e.id.analysis == question), key=_order)
    raise LeakstatsError("the analysis has no estimate with a value; there is nothing to write about")


def _tested(entry: Entry) -> bool:
    return entry.estimate.interval is not None or entry.estimate.p_value is not None


def _order(entry: Entry) -> tuple[bool, bool, int]:
    """Combined estimates first, then statistics of the whole question, then those with the fewest facets."""
    whole = _OF_SET.get(entry.id.analysis, ())
    return (entry.id.facets.get("scope") != "combined", entry.id.statistic not in whole, len(entry.id.facets))


def hero_of(document: AnalysisDocument, lead: Entry | None = None) -> str:
    """The figure that shows the lead (of the document, if none is given), else the first; "" where none was drawn."""
    if lead is None:
        if not any(isinstance(e.result, Estimate) for e in document.entries):
            return document.figures[0].id if document.figures else ""
        lead = lead_of(document)
    for kind in _KINDS.get(lead.id.analysis, ()):
        for figure in document.figures:
            if figure.kind == kind:
                return figure.id
    return document.figures[0].id if document.figures else ""
