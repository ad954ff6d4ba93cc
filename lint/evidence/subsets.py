"""Parts of the things of a table: the groups of its rows, and the rows that hold a group's mean."""

from __future__ import annotations

import re
from collections.abc import Mapping

from leakstats.facts import Series
from leakstats.records import replace, struct

from ..regex import regex
from .knowledge import Evidence
from .names import fold_name, name_variants
from .tables import Sheet

__all__ = [
    "Named",
    "Part",
    "counted_series",
    "groups_of_rows",
    "kinds_of",
    "means_of_groups",
    "no_rivals",
    "part_named",
    "parts_of",
]

_OF_A_GROUP = regex(
    r"[\s*_]*(?P<group>.+?)[\s:_-]+(?:(?:sub)?total|mean|average|avg\.?|median|overall|sum)[\s*_]*", re.IGNORECASE
)
""" "Near mean"."""


def groups_of_rows(sheet: Sheet) -> dict[str, set[int]]:
    """The texts that several rows share in one column, as the table writes them, each with these rows."""
    out: dict[str, set[int]] = {}
    for c in range(1, len(sheet.header)):
        rows: dict[str, set[int]] = {}
        for r, row in enumerate(sheet.grid):
            cell = row[c] if c < len(row) else None
            text = cell.text.text.strip(" *_`") if cell is not None else ""
            if text and not any(map(str.isdigit, text)):
                rows.setdefault(text, set()).add(r)
        out |= {text: found for text, found in rows.items() if len(found) > 1}
    return out


def _is_of_a_group(label: str, groups: Mapping[str, set[int]]) -> bool:
    named = _OF_A_GROUP.fullmatch(label)
    return named is not None and fold_name(named["group"]) in {fold_name(g) for g in groups}


@struct
class Part:
    """Some of the things of a table, by the text that their rows share."""

    text: str
    things: frozenset[str]
    size: int

    def is_said(self, text: str) -> bool:
        """True if a text has the group's name, in whatever case."""
        held = self.text.lower() in text.lower()
        return held and re.search(rf"\b{re.escape(self.text)}\b", text, re.IGNORECASE) is not None


def parts_of(evidence: Evidence) -> list[Part]:
    """The groups that a column of text makes of the rows of the page's tables; none for a text of two tables."""
    if "parts of tables" not in evidence.cache:
        out: dict[str, list[Part]] = {}
        for sheet in evidence.sheets:
            groups = groups_of_rows(sheet)
            for text, rows in groups.items():
                labels = [sheet.labels[r] for r in rows if not _is_of_a_group(sheet.labels[r], groups)]
                names = frozenset().union(*(evidence.known_as(name_variants(x)) for x in labels))
                if 1 < len(set(labels)) < len(set(sheet.labels)):
                    out.setdefault(fold_name(text), []).append(Part(text, names, len(set(labels))))
        evidence.cache["parts of tables"] = [p[0] for p in out.values() if len(p) == 1]
    found: list[Part] = evidence.cache["parts of tables"]
    return found


@struct
class Named:
    """A group of things in the words about a count."""

    part: Part | None
    """The one that is counted; ``None`` where a group is named and the words do not tell how."""
    behind: int
    """Characters behind the noun that name it."""


def part_named(evidence: Evidence, before: str, kind: str, after: str) -> Named | None:
    """The group whose things are counted, by the words before a count, before its noun and behind it.

    "In the Near group, all …", "three of the four Near inks", "every ink of the Near group"; ``None`` without any.
    """
    named = [p for p in parts_of(evidence) if p.text in before or p.text in after or p.text == kind]
    named = [p for p in named if re.search(rf"\b{re.escape(p.text)}\b", f"{before} | {kind} | {after}")]
    for part in named:
        word = rf"\b{re.escape(part.text)}\b"
        fronted = rf"\W*(?:in|within|among|amongst|of|for|from) (?:all )?the {word}[^,;.]{{0,24}},[^,;.]*"
        if kind == part.text or re.fullmatch(fronted, before, re.IGNORECASE):
            return Named(part, 0)
        behind = re.match(rf"\s+(?:in|of|from|within) (?:the )?{word}(?: [a-z]+(?=\s))?", after)
        if behind is not None:
            return Named(part, behind.end())
    return Named(None, 0) if named else None


def kinds_of(evidence: Evidence) -> frozenset[str]:
    """The words before a noun that tell a table's things apart: its groups, and the arms that its columns are."""
    if "kinds of things" not in evidence.cache:
        out = {p.text for p in parts_of(evidence)}
        for sheet in evidence.sheets:
            heads = {
                s.quantity for s, _ in sheet.series if s.pointer.startswith("column") and evidence.kind(s) == "rate"
            }
            out |= {h.lower() for h in heads if len(heads) > 1 and h.replace("-", "").isalpha()}
        evidence.cache["kinds of things"] = frozenset(out)
    found: frozenset[str] = evidence.cache["kinds of things"]
    return found


def means_of_groups(evidence: Evidence) -> frozenset[str]:
    """The names of the rows that hold the mean of a group of the others."""
    if "means of groups" not in evidence.cache:
        means: set[str] = set()
        for sheet in evidence.sheets:
            groups = groups_of_rows(sheet)
            for label in sheet.labels if groups else ():
                if _is_of_a_group(label, groups):
                    means |= evidence.known_as(name_variants(label))
        evidence.cache["means of groups"] = frozenset(means)
    found: frozenset[str] = evidence.cache["means of groups"]
    return found


_ROLE = regex(
    r".+\((?:the )?(?:source|reference|baseline|control|target|trained|untrained|original)\)[\s*_`]*", re.IGNORECASE
)


def no_rivals(evidence: Evidence, name: str) -> frozenset[str]:
    """The rows that a table tells by their role, "mason (source)", where another one is ranked."""
    if "rows set apart" not in evidence.cache:
        labels = [x for sheet in evidence.sheets for x in sheet.labels if _ROLE.fullmatch(x)]
        evidence.cache["rows set apart"] = frozenset().union(*(evidence.known_as(name_variants(x)) for x in labels))
    found: frozenset[str] = evidence.cache["rows set apart"]
    return frozenset() if name in found else found


def counted_series(evidence: Evidence) -> list[Series]:
    """What is known, less the rows that hold the mean of a group of the others: no count of things counts these."""
    if "counted series" not in evidence.cache:
        means = means_of_groups(evidence)
        evidence.cache["counted series"] = [_without(s, means) for s in evidence.all_series]
    found: list[Series] = evidence.cache["counted series"]
    return found


def _without(series: Series, names: frozenset[str]) -> Series:
    if series.origin != "page" or names.isdisjoint(series.facts):
        return series
    return replace(series, facts={name: fact for name, fact in series.facts.items() if name not in names})
