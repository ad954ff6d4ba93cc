"""Rows or columns held against each other, over all that stand across: "int8 scores under bf16"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ..regex import regex
from .slice_asked import INTERVAL, SIGNIFICANT, SPOILED, Ask, Bound, Clause, Count, Verdict, beyond, count_of, ends_of
from .slices import Axis, Grid, Named
from .tables import CellNumber

__all__ = ["COMPARES", "against", "counts_beside", "good_signs", "of_nearness", "of_two"]


_UP = (
    r"(?:more|higher|greater|larger|bigger|above|over|ahead of|exceed(?:s|ed|ing)?|tops?|topped|"
    r"surpass(?:es|ed)?|outpac(?:es|ed)|out(?:runs?|ran|grows?|grew|weighs?|weighed|numbers?|numbered))"
)


_LOW = r"(?:less|fewer|lower|smaller|below|under|behind|beneath|trail(?:s|ed)?|lag(?:s|ged)?|short of)"


_GOOD = (
    r"(?:better|beats?|beat(?:en|ing)|outperform(?:s|ed)?|outscor(?:es|ed)|outdo(?:es)?|outdid|outstrip(?:s|ped)?|"
    r"wins?(?: (?:over|against))?|defeats?|overtakes?|stronger|leads?|led)"
)


_BAD = r"(?:worse|loses? to|lost to|underperform(?:s|ed)?|weaker)"


COMPARES = regex(rf"\b(?:(?P<up>{_UP})|(?P<low>{_LOW})|(?P<good>{_GOOD})|(?P<bad>{_BAD}))\b", re.IGNORECASE)


_TO_OTHER = regex(
    r"\b(?:than|compared (?:with|to)|relative to|against|versus|vs\.?|over|above|below|under|beneath|ahead of|behind|"
    r"short of|to|by|exceed(?:s|ed|ing)?|tops?|topped|surpass(?:es|ed)?|trail(?:s|ed)?|lag(?:s|ged)?(?: behind)?|"
    r"beats?|outperforms?|outperformed|out[a-z]+|underperform(?:s|ed)?|defeats?|overtakes?|leads?|led)\s+"
    r"(?:(?:the|its|their|that|those|of|in|with|for|at|under|after|by|from|on|to|a|an|when|where|is|does|did|"
    r"step|layer|epoch|checkpoint|round|one)\s+){0,4}[\w-]{0,3}$",
    re.IGNORECASE,
)


_BETTER_HIGH = regex(
    r"\b(?:accura\w+|scores?|correct\w*|pass(?:es|ed)?(?: rates?)?|success\w*|succeed\w*|AUROC|AUC|F1|BLEU|chrF|recall|"
    r"precision|solv\w+|wins?|exact match|agreement|right answers)\b",
    re.IGNORECASE,
)


_BETTER_LOW = regex(
    r"\b(?:loss|perplexity|ppl|error|errors|latency|NLL|KL|refus\w+|leak\w*|flip\w*|fail\w*|toxic\w*|attack\w*|"
    r"withdraw\w*|hallucinat\w*|cost|seconds|time)\b",
    re.IGNORECASE,
)


def good_signs(asked: Ask) -> tuple[int, ...]:
    """Which way is better: up, down or either."""
    high, low = _BETTER_HIGH.search(asked.measured), _BETTER_LOW.search(asked.measured)
    if high is not None and low is None:
        return (1,)
    return (1, -1)


def of_two(asked: Ask, margin: Bound | None = None) -> list[Count] | None:
    """ "int8 scores under bf16", "worse at step 16,000 than at step 8,000"."""
    text = asked.clause.text
    if len(asked.named) != 2:
        return None
    first, second = asked.named
    if SIGNIFICANT.search(text) or asked.kind(first.index) != asked.kind(second.index) or asked.kind(first.index):
        return []
    said = [m for m in COMPARES.finditer(text) if margin is None or not (m.end() <= margin.start <= m.end() + 12)]
    if margin is not None and len(said) != 1:
        said = [m for m in said if not _OF_MARGIN.match(text, m.start())]
    told = _signs(asked, said)
    if told is None or _PASSIVE.search(text):
        return []
    beside = [_TO_OTHER.search(text[: n.at]) is not None for n in (first, second)]
    if beside == [True, False]:
        first, second = second, first
    elif beside != [False, True]:
        return []
    if not (asked.has_whole(first.index) and asked.has_whole(second.index)):
        return []
    out: list[Count] = []
    for sign in told:
        out += count_of(
            asked,
            against(asked, first.index, second.index, sign, margin),
            asked.words_of(first, second),
            f"{asked.other.labels[first.index]} against {asked.other.labels[second.index]}",
        )
    return out


def counts_beside(
    clause: Clause,
    grid: Grid,
    counted: Axis,
    other: Axis,
    items: Sequence[int],
    named: Sequence[Named],
    reference: Named,
) -> list[Count]:
    """How many of the others have more, or less, than one of the counted things: "four of the six trail Osaka"."""
    asked = Ask(clause, grid, counted, other, tuple(items), tuple(named))
    text = clause.text
    if (
        SPOILED.search(text)
        or INTERVAL.search(text)
        or SIGNIFICANT.search(text)
        or len(named) > 1
        or clause.numbers
        or _PASSIVE.search(text)
    ):
        return []
    if any(n.words & reference.words for n in named):
        return []
    told = _signs(asked, list(COMPARES.finditer(text)))
    if told is None or _TO_OTHER.search(text[: reference.at]) is None:
        return []
    slices = [n.index for n in named] or [0] * (len(other.labels) == 1)
    if not slices or not asked.has_whole(slices[0]) or asked.kind(slices[0]) in ("p", "n", "interval"):
        return []
    j = slices[0]
    base = grid.cell(counted, reference.index, other, j)
    if base is None:
        return []
    out: list[Count] = []
    for sign in told:
        used = asked.words_of(*named) | counted.said_words(reference)
        out += count_of(asked, against(asked, j, base, sign), used, other.labels[j])
    return out


def _signs(asked: Ask, said: Sequence[re.Match[str]]) -> tuple[int, ...] | None:
    """Which way words of comparison say that the first has more; ``None`` where they say nothing or two things."""
    good = good_signs(asked)
    signs = {"up": (1,), "low": (-1,), "good": good, "bad": tuple(-x for x in good)}
    told = {signs[m.lastgroup or ""] for m in said}
    return told.pop() if len(told) == 1 else None


def against(
    asked: Ask, first: int, second: int | CellNumber, sign: int, margin: Bound | None = None
) -> Callable[[int], Verdict | None]:
    """Whether a thing has more in one slice than in another, or than one cell."""

    def judge(i: int) -> Verdict | None:
        other = asked.cell(i, second) if isinstance(second, int) else second
        return _more(asked.cell(i, first), other, sign, margin)

    return judge


def _more(a: CellNumber | None, b: CellNumber | None, sign: int, margin: Bound | None) -> Verdict | None:
    """Whether one cell has more than another, or by a margin; what is printed as equal has not."""
    if a is None or b is None or a.number.role != b.number.role or a.number.bound or b.number.bound:
        return None
    low, high = ends_of(a)[0] - ends_of(b)[1], ends_of(a)[1] - ends_of(b)[0]
    if sign < 0:
        low, high = -high, -low
    if margin is not None:
        return beyond(low, high, margin.bound, margin.limit)
    return (False, False) if a.number.text == b.number.text else beyond(low, high, ">", 0)


_WITHIN = regex(r"\bwithin\s+(?:about )?[\d.]+ ?(?:percentage )?(?:points?|pp)\s+of\b", re.IGNORECASE)


def of_nearness(asked: Ask) -> list[Count] | None:
    """ "int8 stays within 1 pp of bf16"."""
    near = _WITHIN.search(asked.clause.text)
    points = [n for n in asked.clause.numbers if n.role == "points"]
    if near is None or len(points) != len(asked.clause.numbers):
        return None if near is None else []
    if (
        len(asked.named) != 2
        or len(points) != 1
        or asked.named[1].at < near.end()
        or COMPARES.search(asked.clause.text)
    ):
        return []
    first, second = asked.named
    room = points[0].value / 100

    def judge(i: int) -> Verdict | None:
        a, b = asked.cell(i, first.index), asked.cell(i, second.index)
        if a is None or b is None or a.number.role != b.number.role or a.number.role != "percent":
            return None
        low, high = ends_of(a)[0] - ends_of(b)[1], ends_of(a)[1] - ends_of(b)[0]
        return max(abs(low), abs(high)) <= room + 1e-9, low <= room + 1e-9 and high >= -room - 1e-9

    what = f"{asked.other.labels[first.index]} against {asked.other.labels[second.index]}"
    return count_of(asked, judge, asked.words_of(first, second), what)


_OF_MARGIN = regex(r"(?:more|less|fewer|over|under|above|below)\b(?: than)?\s+\d", re.IGNORECASE)


_PASSIVE = regex(
    r"\b(?:is|are|was|were|gets?|got|been|being) (?:\w+ly )?(?:beaten|outscored|outperformed|overtaken|topped|"
    r"surpassed|exceeded|led)\b",
    re.IGNORECASE,
)
