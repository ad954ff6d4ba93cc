"""Changes and signs over a slice: "lose significantly", "fall from step 12 to step 18", "are negative"."""

from __future__ import annotations

import re

from ..regex import regex
from .slice_asked import SIGNIFICANT, Ask, Count, Verdict, beyond, count_of, ends_of
from .slice_pairs import COMPARES, against, good_signs
from .slice_tests import judge_p, p_of
from .slice_words import FALLS, IMPROVES, RISES, WORSENS
from .wording import FIRSTS, LASTS, LOSS

__all__ = ["of_change", "of_sign", "of_span", "without_span"]


def of_change(asked: Ask) -> list[Count] | None:
    """ "lose significantly", "improve": by a column of changes, or by those before and after."""
    text = asked.clause.text
    if not any(p.search(text) for p in (RISES, FALLS, IMPROVES, WORSENS)):
        return None
    signs = _moves(asked)
    if signs is None or COMPARES.search(text) or asked.clause.numbers or not (asked.named or asked.is_about):
        return []
    change = _changes(asked)
    if change is None:
        return []
    deltas, used, what = change
    significant = SIGNIFICANT.search(text) is not None
    p = p_of(asked) if significant else None
    if significant and p is None:
        return []
    out: list[Count] = []
    for sign in signs:

        def judge(i: int, sign: int = sign) -> Verdict | None:
            low, high = deltas[i]
            moved = beyond(min(low * sign, high * sign), max(low * sign, high * sign), ">", 0)
            tested = judge_p(asked, i, p, "<", 0.05) if p is not None else (True, True)
            return None if tested is None else (moved[0] and tested[0], moved[1] and tested[1])

        out += count_of(asked, judge, used | frozenset(["significant"]), what)
    return out


def _moves(asked: Ask) -> tuple[int, ...] | None:
    """The way in which a clause says that things move; ``None`` where it says none, or two."""
    text = asked.clause.text
    signs: set[tuple[int, ...]] = set()
    if RISES.search(text):
        signs.add((1,))
    if FALLS.search(text):
        signs.add((-1,))
    if IMPROVES.search(text):
        signs.add(good_signs(asked))
    if WORSENS.search(text):
        signs.add(tuple(-x for x in good_signs(asked)))
    return signs.pop() if len(signs) == 1 else None


def _changes(asked: Ask) -> tuple[dict[int, tuple[float, float]], frozenset[str], str] | None:
    """What each counted thing changes by, with the words and the columns that tell."""
    labels = asked.other.labels
    named = {n.index for n in asked.named}
    columns = [j for j in range(len(labels)) if asked.kind(j) == "change" and asked.has_whole(j)]
    first = [
        j for j in range(len(labels)) if asked.other.words[j] & FIRSTS and not asked.kind(j) and asked.has_whole(j)
    ]
    last = [j for j in range(len(labels)) if asked.other.words[j] & LASTS and not asked.kind(j) and asked.has_whole(j)]
    chosen = [j for j in columns if j in named] or columns
    states = {*first, *last}
    if named - set(chosen) - states:
        return None
    used = frozenset().union(*(asked.words_of(n) for n in asked.named))
    if len(chosen) == 1:
        j = chosen[0]
        found = {i: ends_of(c) for i in asked.items if (c := asked.cell(i, j)) is not None}
        if LOSS.search(labels[j]):
            if any(high < 0 for _, high in found.values()):
                return None  # a loss of -3 may be either
            found = {i: (-high, -low) for i, (low, high) in found.items()}
        return found, used, labels[j]
    if columns or len(first) != 1 or len(last) != 1 or first == last:
        return None
    pairs = {i: (asked.cell(i, first[0]), asked.cell(i, last[0])) for i in asked.items}
    deltas = {
        i: (ends_of(b)[0] - ends_of(a)[1], ends_of(b)[1] - ends_of(a)[0])
        for i, (a, b) in pairs.items()
        if a is not None and b is not None
    }
    return deltas, used, f"{labels[first[0]]} to {labels[last[0]]}"


_SPAN = regex(
    r"\b(?:from|between) (?:(?:step|layer|epoch|checkpoint|round|week|day|the)s? )*L?[\d,]+ (?:to|and|through|on to) "
    r"(?:(?:step|layer|epoch|checkpoint|round|week|day|the) )*L?[\d,]+\b(?!\s?%|[.,]\d)",
    re.IGNORECASE,
)


def without_span(asked: Ask) -> str:
    """A clause without the two points of its table between which something moves."""
    return _SPAN.sub(" ", asked.clause.text) if asked.other.indices else asked.clause.text


def of_span(asked: Ask) -> list[Count] | None:
    """ "fall between step 4,000 and step 8,000": by two named points of an ordered axis."""
    text = asked.clause.text
    if not asked.other.indices or _SPAN.search(text) is None:
        return None
    signs = _moves(asked)
    if len(asked.named) != 2 or signs is None or asked.clause.numbers or COMPARES.search(text):
        return []
    first, last = sorted(n.index for n in asked.named)
    if not (asked.has_whole(first) and asked.has_whole(last)):
        return []
    used = asked.words_of(*asked.named)
    what = f"{asked.other.labels[first]} to {asked.other.labels[last]}"
    out: list[Count] = []
    for sign in signs:
        out += count_of(asked, against(asked, last, first, sign), used, what)
    return out


_ABOVE_ZERO = regex(
    r"\b(?:above|over|greater than|larger than|exceed\w*) (?:zero|0)\b(?![.,]?\d)|\bpositive\b", re.IGNORECASE
)


_BELOW_ZERO = regex(r"\b(?:below|under|less than|smaller than) (?:zero|0)\b(?![.,]?\d)|\bnegative\b", re.IGNORECASE)


def of_sign(asked: Ask) -> list[Count] | None:
    """ "are above zero", "a negative cosine"."""
    text = asked.clause.text
    up, down = _ABOVE_ZERO.search(text), _BELOW_ZERO.search(text)
    if (up is None) == (down is None):
        return None if up is None else []
    if len(asked.named) != 1 or not asked.has_whole(asked.named[0].index) or SIGNIFICANT.search(text):
        return []
    named = asked.named[0]
    if asked.kind(named.index) in ("p", "n", "interval"):
        return []
    sign = 1 if up is not None else -1

    def judge(i: int) -> Verdict | None:
        cell = asked.cell(i, named.index)
        if cell is None:
            return None
        low, high = (sign * x for x in ends_of(cell))
        return beyond(min(low, high), max(low, high), ">", 0)

    return count_of(asked, judge, asked.words_of(named), asked.other.labels[named.index])
