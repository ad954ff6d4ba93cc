"""The idioms in which pages state results: (ρ, p, N), moves, ranges, intervals, k of n, shares of a course."""

from __future__ import annotations

import re

from leakstats.records import struct

from ..regex import regex
from .grammar import Number
from .margins import is_margin, less_margins
from .passages import Sentence, once
from .wording import ARROW

__all__ = [
    "SHARE_OF",
    "Span",
    "Stat",
    "interval_ends",
    "intervals",
    "is_rate",
    "is_share_of_course",
    "pairs_of_counts",
    "spans",
    "stats",
]

_GAP = regex(
    r"[\s,;:/|·()\[\]—–-]*(?:(?:which|where|giving|having)[\s,]+)?(?:and|with|for|at|over|on|is|two-sided|one-sided|"
    r"a|both|each|"
    r"all)?[\s,;:/|·()\[\]—–-]*(?:two-sided|one-sided|exact|permutation|Spearman|Pearson)?[\s,;/|·(]*$"
)


@struct
class Stat:
    """A coefficient with what stands beside it."""

    coefficient: Number | None
    p: Number | None
    n: Number | None
    sentence: Sentence

    @property
    def start(self) -> int:
        return min(x.at for x in (self.coefficient, self.p, self.n) if x is not None)

    @property
    def end(self) -> int:
        return max(x.end for x in (self.coefficient, self.p, self.n) if x is not None)


_LEVELS = (0.05, 0.01, 0.001, 0.1)
_REACHES = regex(
    r"\b(?:clear|miss|pass|reach|meet|met|make|made|cross|beat|attain|surviv|fail|satisf|achiev)\w*\s+(?:the\s+|"
    r"at\s+)?$|"
    r"\b(?:short (?:of|at)|below|above|under|over)\s+(?:the\s+)?$",
    re.IGNORECASE,
)


@once
def stats(sentence: Sentence) -> list[Stat]:
    """The groups of coefficient, p and N of a sentence, in any order; thresholds ("ρ ≥ 0.75") are none.

    What stands between them of how sure the coefficient is, "[0.16, 0.74]", is passed over.
    """
    out: list[Stat] = []
    group: dict[str, Number] = {}
    last_end = -1

    def close() -> None:
        if "coefficient" in group or "p" in group:
            out.append(Stat(group.get("coefficient"), group.get("p"), group.get("n"), sentence))
        group.clear()

    for number in sentence.numbers:
        level = number.role == "p" and number.bound and number.value in _LEVELS
        if level and _REACHES.search(sentence.between(max(sentence.start, number.at - 24), number.at)):
            continue  # "misses p < .05 (r = 0.48, p = 0.081)": a level, which is no p of a record
        if is_margin(sentence, number):
            continue
        if number.role not in ("coefficient", "p", "n") or (number.role == "coefficient" and number.bound):
            if group and number.role not in ("none", "index"):
                close()
            continue
        gap = less_margins(sentence, last_end, number.at) if last_end >= 0 else ""
        if number.role == "coefficient" and "p" in group and ")" in gap and _is_of_decimal(sentence, group):
            close()
        if group and (number.role in group or len(gap) > 24 or not _GAP.match(gap)):
            close()
        group[number.role] = number
        last_end = number.end
    close()
    return out


def _is_of_decimal(sentence: Sentence, group: dict[str, Number]) -> bool:
    """True for a p and an N in the bracket behind a decimal: "from 0.62 (N=12) to 0.85 (p=0.001, N=11), ρ …"."""
    first = min(x.at for x in group.values())
    before = [x for x in sentence.numbers if x.end <= first]
    bare = bool(before) and before[-1].role in ("value", "coefficient") and before[-1].decimals > 0
    return bare and _OPENED.fullmatch(sentence.between(before[-1].end, first)) is not None


_OPENED = regex(r"\s*[(\[]\s*")


@struct
class Span:
    """Two numbers that belong together: a move ("0→73%", "from a to b") or a range ("0.67–0.87")."""

    left: Number
    right: Number
    kind: str
    """``move``, ``range`` or ``to`` (either)."""
    start: int
    end: int


_ARROW = regex(rf"\s*{ARROW}\s*$")
_DASH = regex(r"(?:\s?(?:[–-]|…|\.{2,3})\s?|—)$")
"""Of a range; " — " parts a sentence."""
_TO = regex(r"\s+(?:up |down )?to\s+(?:about |roughly |~|ρ\s?=\s?|r\s?=\s?|rho\s?=\s?)?$")
_KINDS = ("percent", "value", "coefficient", "count", "points")


@once
def spans(sentence: Sentence) -> list[Span]:
    """The moves and ranges of a sentence."""
    out = []
    numbers = sentence.numbers
    for i in range(len(numbers) - 1):
        a = numbers[i]
        placed = _placed_end(sentence, i) if a.role == "percent" else None
        b = placed or numbers[i + 1]
        if a.role not in _KINDS or b.role not in _KINDS or a.bound or (b.bound and b.bound != "~"):
            continue
        same = (
            a.role == b.role
            or {a.role, b.role} <= {"value", "coefficient", "count"}
            or ("percent" in (a.role, b.role) and {a.role, b.role} & {"count", "value"})
        )
        between = sentence.between(a.end, b.at if b.role == "coefficient" else b.start)
        if not same or (len(between) > 24 and placed is None):
            continue
        before = sentence.between(max(sentence.start, a.at - 48), a.at)
        from_ = regex(r"\b[Ff]rom\s+(?:about |roughly |~)?$").search(before) is not None
        if _ARROW.match(between):
            kind = "move"
        elif placed is not None or _TO.match(between) or _TO.match(sentence.between(a.end, b.at)):
            ranged = (
                regex(
                    r"\b(?:range[sd]?|ranging|runs?|span[s]?|spanning|lies?|lying|between|vary|varies|varying|"
                    r"coefficients|correlations|"
                    r"(?:coefficient|correlation)(?=(?:\s+(?:of|from|between|in|at|is|for|with|by|the|all|each|"
                    r"per))*\s*$)|"
                    r"extend(?:s|ed|ing)?|stretch(?:es|ed|ing)?|anywhere|scatter(?:s|ed)?|"
                    r"(?:similarit|propert)ies|cosines(?: to (?:the )?[\w-]+)?|values|shares|rates|means|averages|"
                    r"peaks|maxima)\b[^.]{0,24}$"
                ).search(before)
                is not None
            )
            kind = "range" if ranged else "move" if from_ else "to"
        elif (_DASH.match(between) and a.role != "count") or (
            regex(r"\s+and\s+").fullmatch(between) and regex(r"\bbetween\s*$").search(before)
        ):
            kind = "range"
        else:
            continue
        out.append(Span(a, b, kind, a.at, b.end))
    return out


_FROM = regex(r"\bfrom\s+(?:about |roughly |~)?$", re.IGNORECASE)
_PLACED_TO = regex(
    r"\s*%?\s+(?:at|in|on|after|with|without|for|under|by|before)\s+(?:the\s+)?(?:[\w,-]+\s+){1,4}to\s+"
    r"(?:about |roughly |only |just |~)?"
)
""" "From 3.2% after the first frost to 18.9%": behind each end stands where it was measured."""


def _placed_end(sentence: Sentence, i: int) -> Number | None:
    """The rate to which the one with this index moves, where the place of the first stands between the two."""
    a = sentence.numbers[i]
    if not _FROM.search(sentence.between(max(sentence.start, a.at - 24), a.at)):
        return None
    later = (n for n in sentence.numbers[i + 1 : i + 4] if n.role == "percent")
    b = next(later, None)
    return b if b is not None and _PLACED_TO.fullmatch(sentence.between(a.end, b.start)) else None


_INTERVAL_WORD = regex(
    r"\b(?:confidence )?(?:bands?|limits)\b|\bCIs?\b|\bCI\s?\d\d|\bintervals?\b|\bWilson\b|\bconfidence\b"
)


@once
def interval_ends(sentence: Sentence) -> frozenset[int]:
    """The numbers that are ends of intervals, by their ``id``."""
    return frozenset(id(x) for low, high, _ in intervals(sentence) for x in (low, high))


@once
def intervals(sentence: Sentence) -> list[tuple[Number, Number, int]]:
    """Intervals in square brackets, or behind "CI": low, high, and where the whole begins."""
    out: list[tuple[Number, Number, int]] = []
    numbers = sentence.numbers
    if len(numbers) < 2:
        return out
    worded = any(word in sentence.text for word in ("lower", "Lower", "bound", "limits", "between"))
    for i in range(len(numbers) - 1):
        a, b = numbers[i], numbers[i + 1]
        if a.role not in _END_ROLES or b.role not in _END_ROLES:
            continue
        between = sentence.between(a.end, b.start)
        joined = regex(r"\s*(?:,|;|–|-|to|\.\.|…)\s*").fullmatch(between) is not None
        if not joined and not worded:
            continue
        before = sentence.between(max(sentence.start, a.start - 40), a.start)
        after = sentence.between(b.end, b.end + 2)
        square = regex(r"\[\s*$").search(before) is not None and after.lstrip()[:1] == "]"
        named = (
            regex(
                r"(?:CIs?|CI\s?\d\d|[Ii]ntervals?|[Cc]onfidence|Wilson|[Bb]ands?|[Ll]imits|[Bb]ounds|[Ww]hiskers|"
                r"[Ee]rror bars?)\b(?:\s*\(\d\d(?:\.\d+)?\s?%\))?"
                r"(?:[\s:=(\[,]*(?:of |(?:(?:run|reach|extend|go|stretch)(?:s|es|ing)? )?from |is |are |was |were |"
                r"spans? )?|[^.;:\d()\[\]]{1,30}:\s*)$|[(\[]\s*\d\d(?:\.\d+)?\s?%\s?:?\s*$"
            ).search(before)
            is not None
        )
        named = named or (_OF_A_NAME.search(before) is not None and after.lstrip("% )")[:1] == ",")
        named = named and _IN_BAND.search(before) is None
        closed = after.lstrip()[:1] == ")" or _SIZED.match(sentence.between(b.end, sentence.end)) is not None
        round_ = regex(r"\(\s*$").search(before) is not None and closed
        inner = regex(r"\(\(\s*$").search(before) is not None and sentence.between(b.end, b.end + 2) == "))"
        chained = bool(out) and _AND_ANOTHER.fullmatch(_unnamed(sentence, out[-1][1].end, a.start)) is not None
        known = chained and round_
        spoken = _INTERVAL_WORD.search(sentence.text) is not None and not regex(r"(?:range|from|peak)\w*\s*\($").search(
            before
        )
        if joined and round_ and not inner and not spoken and i:
            # "34% (29–40)", "34% (17 of 50) (29–40)": an interval by its shape
            counted = i > 2 and _COUNTS_BETWEEN.fullmatch(sentence.between(numbers[i - 3].end, a.start)) is not None
            e = numbers[i - 3 if counted else i - 1]
            beside = counted or regex(r"\s*%?\s*\(\s*").fullmatch(sentence.between(e.end, a.start)) is not None
            inner = (
                beside
                and not e.bound
                and e.role not in ("n", "p", "index", "none")
                and (e.role, b.role) != ("points", "percent")  # "40 points (4% to 44%)": of what
                and not _are_moves(sentence)
                # beside another interval, ends that are exchanged are still its ends
                and (a.value <= e.value <= b.value or (bool(out) and b.value < e.value < a.value))
            )
        reaching = joined and spoken and _BEFORE_ENDS.search(sentence.between(sentence.start, a.start)) is not None
        if "points" in (a.role, b.role) and not (named or reaching):
            continue
        marked = joined and (square or inner or named or chained or reaching or (round_ and (known or spoken)))
        if marked or (worded and _is_in_words(before, between, sentence.between(b.end, b.end + 24))):
            out.append((a, b, a.start))
    return out


_END_ROLES = frozenset(["percent", "value", "coefficient", "count", "points"])
_OF_A_NAME = regex(r"\b(?:intervals?|CIs?) (?:of|for) (?:the )?[\w`\"'*.-]+(?: [\w`\"'*.-]+)?,\s*$")
"""Before an interval in apposition: "the interval of the nun, 54.3 to 58.2,"."""


def _are_moves(sentence: Sentence) -> bool:
    """True if brackets with two numbers say from where to where: "A regains 56% of its loss (23% to 50%), B 18% (…"."""
    if _MOVED.search(sentence.text):
        return True
    return any(x.role == "percent" and _OF_ITS.match(sentence.between(x.end, sentence.end)) for x in sentence.numbers)


_MOVED = regex(r"[a-z]{3,}[`\"'’*_]*\s\(\d[\d.]*\s?%?\s*(?:to|→|->)\s*\d[\d.]*\s?%?\)")
"""A bracket behind a word and not behind a rate: "what the well had lost (28% to 50%)"."""


_OF_ITS = regex(r"\s+of (?:its|his|her|their|the) (?:[a-z-]+ ){1,3}\(\s*\d[\d.]*\s?%?\s*(?:to|→|->|–|-)\s*\d")
_SIZED = regex(r"\s*[,;]\s*[nN]\s*=\s*\d[\d,]*[^()]{0,12}\)")
"""Behind the ends of an interval, still in its bracket: ", n = 120)"."""
_COUNTS_BETWEEN = regex(r"\s*%?\s*\(\d[\d,]*\s?(?:/|of|out of)\s?\d[\d,]*\)\s*\(\s*")
_IN_BAND = regex(
    r"\b(?:(?:stay(?:s|ing)?|lies?|lying|fall(?:s|ing)?|keep(?:s|ing)?|remain(?:s|ing)?|sit(?:s|ting)?|mov(?:es?|ing)) "
    r"(?:with)?in|occup(?:y|ies|ying)|fill(?:s|ing)?|cover(?:s|ing)?) (?:an?|the) (?:band|interval)\s*(?:of |from )?$"
)
_BEFORE_ENDS = regex(
    r"\b(?:CIs?|[Ii]ntervals?|[Ll]imits)\b[^.;:()\[\]%]{0,60}\b"
    r"(?:(?:runs?|ran|reach(?:es|ed)?|extends?|extended|goes|went|stretch(?:es|ed)?) from|spans?|spanned)\s+$"
)
"""Before the first end: "the interval of the nurse at 20 rows runs from "."""
_AND_ANOTHER = regex(
    r"\s?%?[)\]]?\s*(?:[,;]|[,;]?\s*(?:and|while|whereas|but))\s*"
    r"(?:(?:the|that|those|one|of|for|in|is|are|was|were|from|it|latter|former|first|second|third|other|next)"
    r"(?:['’]s)?\s+|['’]s?\s+)*[(\[]?"
)
"""Between an interval and the next, less the names: ", the latter's ", " and for the "."""


def _unnamed(sentence: Sentence, start: int, end: int) -> str:
    """What stands between two places, without the names of things."""
    text, at = "", start
    for m in sentence.names:
        if start <= m.start and m.end <= end:
            text, at = text + sentence.between(at, m.start).rstrip('`*"“'), m.end
    return text + sentence.between(at, end).lstrip('`*"”')


_LOWER_END = regex(r"\blower (?:limit|bound|end|edge)\s*(?:of|at|is|was|:|=)?\s*$", re.IGNORECASE)
_UPPER_END = regex(
    r"\s*%?\s*(?:,|;|,?\s*and)\s*(?:an? |its |the )?upper(?: (?:limit|bound|end|edge))?\s*(?:of|at|is|was|:|=)?\s*",
    re.IGNORECASE,
)
_BOUNDED = regex(
    r"\b(?:bounded (?:below )?by|(?:intervals?|CIs?|limits|bounds)\b[^.;:\d()\[\]]{0,30}\bbetween|"
    r"(?:limits|bounds) (?:of|are|at))\s*$",
    re.IGNORECASE,
)
_LEVELLED = regex(
    r"\s*%?\s*[(,]\s*(?:with |at )?\d\d(?:\.\d+)?\s?%\s*(?:confidence|CI|Wilson|interval)\b", re.IGNORECASE
)
_AND_UP_TO = regex(r"\s*%?\s*and\s*(?:above by )?", re.IGNORECASE)


def _is_in_words(before: str, between: str, after: str) -> bool:
    """True for "lower limit 12%, upper limit 20%", "bounded by 12 and 20%", "between 12 and 20% (95% CI)"."""
    if _UPPER_END.fullmatch(between):
        return _LOWER_END.search(before) is not None
    if not _AND_UP_TO.fullmatch(between):
        return False
    levelled = before.rstrip().endswith("between") and _LEVELLED.match(after) is not None
    return levelled or _BOUNDED.search(before) is not None


_OF = regex(r"\s*(?:/|\s(?:out )?of (?:the |all |its |their |these |those |our |a total of )*)\s*$")


_THINGS = regex(r"\s+(?!of\b|to\b|and\b|or\b|x\b)[a-z]|\s*[.,;:)*]|\s*$")
"""What may stand behind "4 in 8": words, or their end."""


@once
def pairs_of_counts(sentence: Sentence) -> list[tuple[Number, Number]]:
    """``k of n``, ``k/n``, ``k out of n``, ``k in n``, spelled or in digits."""
    out = []
    for a, b in zip(sentence.numbers, sentence.numbers[1:], strict=False):
        counts = a.role == b.role == "count" and a.decimals <= 0 and b.decimals <= 0 and not a.signed
        if not counts or a.value > b.value:
            continue
        between = sentence.between(a.end, b.start)
        shared = between.strip() == "in" and 1 < b.value <= 60 and _THINGS.match(sentence.between(b.end, b.end + 24))
        if _OF.match(between) or shared:
            out.append((a, b))
    return out


SHARE_OF = regex(
    r"\s*\b(?:of|through|from) (?:(?:its|his|her|the|their|that|this|all|what|eventual|total)\b|[\w`-]+['’]s?\s)"
    r"[^.;,)]{0,40}?"
    r"\b(?:rise|gains?|increase|growth|climb|change|jump|drop|fall|decline|peak|maximum|way|movement|total|improvement|"
    r"effect|range|course|height|top|gap|difference|distance|shift|spread|ascent|descent)\b",
    re.IGNORECASE,
)
"""Behind a number that is a share of a course: "58% of its rise"."""


def is_share_of_course(sentence: Sentence, number: Number) -> bool:
    """True for a number of which the words behind it make a share of a course: "58% of its rise"."""
    return SHARE_OF.match(sentence.between(number.end, sentence.end)) is not None


def is_rate(sentence: Sentence, number: Number, without: Number | None = None) -> bool:
    """True for a percentage, and for a decimal in [0, 1] of a passage without percentages (but ``without``)."""
    if number.role == "percent":
        return True
    if number.role != "value" or number.signed or number.label or not 0 <= number.value <= 1 or number.decimals < 1:
        return False
    if number.powered:
        return False  # "a step of 5e-6"
    plain = sentence.passage.plain
    if any(
        n.role == "percent" and n is not without and not n.signed and not SHARE_OF.match(plain, n.end)
        for n in sentence.passage.numbers
    ):
        return False
    before = sentence.between(max(sentence.start, number.start - 24), number.start)
    return (
        regex(
            r"\b(?:cos\w*|similarity|coefficient|correlation|cutoff|threshold|Δ|VIF|ICC|loss|"
            r"perplexity)\W*(?:of|is|=|at)?\s*$",
            re.IGNORECASE,
        ).search(before)
        is None
    )
