"""What an analysis holds, in the few words that a section body needs to lay it out."""

from __future__ import annotations

from dataclasses import dataclass

from leakstats.analysis.document import AnalysisDocument, Table
from leakstats.phrases.grouping import left_over, rows_across

__all__ = ["QuestionShape", "RateTable", "other_tables_of", "questions_of", "rate_tables_of"]


_CELLWISE = ("rate", "own_rate", "base_rate", "control_rate")


@dataclass(frozen=True, slots=True)
class RateTable:
    """A table of rates; ``rows`` and ``columns`` are its two factors where it can be laid out crosswise."""

    id: str
    rows: str = ""
    columns: str = ""


@dataclass(frozen=True, slots=True)
class QuestionShape:
    """The estimates of one analysis."""

    name: str
    across: tuple[str, ...]
    """Facets (layer, checkpoint) over which some of them vary: one column a level."""
    single: bool
    """Whether there are others."""
    summaries: tuple[str, ...] = ()
    """Statistics over many cells, which no table of cells shows."""


def rate_tables_of(document: AnalysisDocument) -> list[RateTable]:
    """Every table of rates. Two factors are laid out crosswise, the one with fewer levels across, up to eight."""
    return [_laid_out(t) for t in document.tables if "rate" in t.columns]


def _laid_out(table: Table) -> RateTable:
    levels = {name: len(set(column)) for name, column in table.factors.items()}
    if len(levels) == 2 and len(table) > 1:
        across, down = sorted(levels, key=lambda name: levels[name])
        one_each = len(set(zip(*table.factors.values(), strict=True))) == len(table)
        if one_each and 1 < levels[across] <= 8 and levels[down] > 1:
            return RateTable(table.id, down, across)
    return RateTable(table.id)


def other_tables_of(document: AnalysisDocument) -> list[str]:
    """Ids of the tables that hold no rates, those of layers other than the primary one left out."""
    layers = {str(e.id.facets["layer"]) for e in document.entries if "layer" in e.id.facets}
    primary = next(
        (str(e.id.facets["layer"]) for e in document.entries if e.role == "primary" and "layer" in e.id.facets), ""
    )
    out = []
    for table in document.tables:
        ending = table.id.rpartition(".")[2]
        if "rate" not in table.columns and (ending not in layers or ending == primary):
            out.append(table.id)
    return out


_ACROSS = ("layer", "checkpoint", "source", "condition")
"""Facets that a table may have as its columns, in the order in which tables are made."""


def questions_of(document: AnalysisDocument) -> list[QuestionShape]:
    """The analyses that have estimates, in ledger order."""
    out = []
    for name in dict.fromkeys(e.id.analysis for e in document.entries):
        entries = document.select(analysis=name)
        across = [facet for i, facet in enumerate(_ACROSS) if rows_across(left_over(entries, _ACROSS[:i]), facet)]
        statistics = dict.fromkeys(e.id.statistic for e in entries)
        summaries = tuple(s for s in statistics if s not in _CELLWISE)
        out.append(QuestionShape(name, tuple(across), bool(left_over(entries, across)), summaries))
    return out
