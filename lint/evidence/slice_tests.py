"""Tests and intervals over a slice: "differ significantly", "the interval holds zero"."""

from __future__ import annotations

import re

from ..regex import regex
from .names import stem
from .slice_asked import INTERVAL, SIGNIFICANT, Ask, Count, Verdict, beyond, count_of
from .slice_pairs import COMPARES
from .slice_words import FALLS, IMPROVES, RISES, WORSENS
from .slices import Named

__all__ = ["judge_p", "of_interval", "of_p", "p_of"]


def p_of(asked: Ask) -> int | None:
    """The one row or column of p-values."""
    named = [n.index for n in asked.named if asked.kind(n.index) == "p"]
    found = named or [j for j in range(len(asked.other.labels)) if asked.kind(j) == "p"]
    return found[0] if len(found) == 1 and asked.has_whole(found[0]) else None


def judge_p(asked: Ask, i: int, j: int, bound: str, level: float) -> Verdict | None:
    cell = asked.cell(i, j)
    if cell is None:
        return None
    low, high = cell.number.low, cell.number.high
    if cell.number.bound in ("<", "<="):
        low = 0.0
    return beyond(low, high, bound, level)


def of_p(asked: Ask) -> list[Count] | None:
    """ "differ significantly", "have p < 0.01": by the one column of p-values."""
    text = asked.clause.text
    levels = [n for n in asked.clause.numbers if n.role == "p"]
    significant = SIGNIFICANT.search(text)
    if not levels and (significant is None or RISES.search(text) or FALLS.search(text) or IMPROVES.search(text)):
        return None
    if WORSENS.search(text) or COMPARES.search(text) or any(n.role not in ("p", "n") for n in asked.clause.numbers):
        return []
    j = p_of(asked)
    if not asked.named and not asked.is_about:
        return []
    if j is None or len(levels) > 1 or (levels and levels[0].bound not in ("<", "<=", ">", ">=")):
        return []
    rest = [n for n in asked.named if n.index != j and asked.kind(n.index) != "change"]
    if rest or RISES.search(text) or FALLS.search(text):
        return []
    bound, level = (levels[0].bound, levels[0].value) if levels else ("<", 0.05)
    used = frozenset().union(*(asked.words_of(n) for n in asked.named)) | {"significant", "p"}
    return count_of(asked, lambda i: judge_p(asked, i, j, bound, level), used, asked.other.labels[j])


_HOLDS = regex(
    r"\b(?:(?P<inside>(?:lies?|lay|falls?|sits?|stays?|is|are) (?:\w+ )?(?:inside|within)|includ\w+|contain\w*|"
    r"covers?|covered|"
    r"spans?|straddl\w+)|(?P<outside>exclud\w+|leaves? out|(?:lies?|lay|falls?|is|are) (?:\w+ )?outside))\b",
    re.IGNORECASE,
)


_CHANCE = regex(r"\bchance\b", re.IGNORECASE)


_CHANCE_IS = regex(r"\bchance\s*(?:=|is|level of|of|at)?\s*(?P<v>\d+(?:\.\d+)?)\s?(?P<pc>%?)", re.IGNORECASE)


def of_interval(asked: Ask) -> list[Count] | None:
    """ "Chance lies inside the interval", "the interval excludes zero"."""
    text = asked.clause.text
    if INTERVAL.search(text) is None:
        return None
    held = _HOLDS.search(text)
    found = [n for n in asked.named if asked.kind(n.index) == "interval"]
    if not found and not asked.named:
        found = [Named(j, 0, frozenset()) for j in range(len(asked.other.labels)) if asked.kind(j) == "interval"]
    value = _value_asked(asked)
    if held is None or len(found) != 1 or value is None:
        return []
    named = found[0]
    if [n for n in asked.named if n.index != named.index]:
        return []

    def judge(i: int) -> Verdict | None:
        ends = asked.grid.interval(asked.counted, i, asked.other, named.index)
        if ends is None:
            return None
        low, high = min(ends), max(ends)
        inside = low < value < high
        on = abs(low - value) < 1e-9 or abs(high - value) < 1e-9
        passes = inside if held["inside"] else not inside
        return (passes and not on, passes or on)

    used = asked.words_of(named) | {stem("chance"), "interval", "ci"}
    return count_of(asked, judge, used, asked.other.labels[named.index])


def _value_asked(asked: Ask) -> float | None:
    """The value that intervals may hold: a number, zero, or what the page calls chance."""
    numbers = [n for n in asked.clause.numbers if n.role not in ("n", "index")]
    numbers = [n for n in numbers if not _LEVEL.match(asked.clause.sentence.between(n.end, n.end + 30))]
    if len(numbers) == 1:
        return sum(numbers[0].scaled()) / 2
    if numbers:
        return None
    if regex(r"\b(?:zero|nought)\b", re.IGNORECASE).search(asked.clause.text):
        return 0.0
    if _CHANCE.search(asked.clause.text):
        said = {
            float(m["v"]) / (100 if m["pc"] else 1)
            for text, _ in asked.clause.sentence.passage.document.texts()
            for m in _CHANCE_IS.finditer(text.text)
        }
        return said.pop() if len(said) == 1 else None
    return None


_LEVEL = regex(r"[\s-]*(?:Wilson |bootstrap )?(?:CIs?|intervals?|confidence)", re.IGNORECASE)
