"""The idioms in which pages state results: (ρ, p, N), moves, ranges, intervals, k of n; whom a number speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from leakstats.records import struct

from ..regex import regex
from .coordination import joins_names, paired
from .grammar import Number
from .names import Mention
from .passages import Sentence, once

__all__ = [
    "SHARE_OF",
    "Span",
    "Stat",
    "adjacent",
    "follows_its_value",
    "intervals",
    "is_end",
    "is_of_number_before",
    "is_rate",
    "named_before",
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
    """The groups of coefficient, p and N of a sentence, in any order; thresholds ("ρ ≥ 0.75") are none."""
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
        if number.role not in ("coefficient", "p", "n") or (number.role == "coefficient" and number.bound):
            if group and number.role not in ("none", "index"):
                close()
            continue
        gap = sentence.between(last_end, number.at) if last_end >= 0 else ""
        if group and (number.role in group or len(gap) > 24 or not _GAP.match(gap)):
            close()
        group[number.role] = number
        last_end = number.end
    close()
    return out


@struct
class Span:
    """Two numbers that belong together: a move ("0→73%", "from a to b") or a range ("0.67–0.87")."""

    left: Number
    right: Number
    kind: str
    """``move``, ``range`` or ``to`` (either)."""
    start: int
    end: int


_ARROW = regex(r"\s*(?:→|->|=>|⟶|➔|⇒|--?>)\s*$")
_DASH = regex(r"\s?(?:[–—-]|…|\.{2,3})\s?$")
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
        before = sentence.between(max(sentence.start, a.at - 24), a.at)
        from_ = re.search(r"\b[Ff]rom\s+(?:about |roughly |~)?$", before) is not None
        if _ARROW.match(between):
            kind = "move"
        elif placed is not None or _TO.match(between) or _TO.match(sentence.between(a.end, b.at)):
            ranged = (
                re.search(
                    r"\b(?:range[sd]?|ranging|runs?|span[s]?|spanning|lies?|lying|between|vary|varies|varying|"
                    r"coefficients|correlations|"
                    r"(?:coefficient|correlation)(?=(?:\s+(?:of|from|between|in|at|is|for|with|by|the|all|each|"
                    r"per))*\s*$)|"
                    r"extend(?:s|ed|ing)?|stretch(?:es|ed|ing)?|anywhere|scatter(?:s|ed)?|"
                    r"(?:similarit|propert)ies|cosines|values|shares|rates|means|averages|peaks|maxima)\b[^.]{0,24}$",
                    before,
                )
                is not None
            )
            kind = "range" if ranged else "move" if from_ else "to"
        elif (_DASH.match(between) and a.role != "count") or (
            re.fullmatch(r"\s+and\s+", between) and re.search(r"\bbetween\s*$", before)
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
""" "From 1.4% at 75 rows to 26.5%": behind each end stands where it was measured."""


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
def intervals(sentence: Sentence) -> list[tuple[Number, Number, int]]:
    """Intervals in square brackets, or behind "CI": low, high, and where the whole begins."""
    out: list[tuple[Number, Number, int]] = []
    numbers = sentence.numbers
    worded = any(word in sentence.text for word in ("lower", "Lower", "bound", "limits", "between"))
    for i in range(len(numbers) - 1):
        a, b = numbers[i], numbers[i + 1]
        if a.role not in ("percent", "value", "coefficient", "count") or b.role not in (
            "percent",
            "value",
            "coefficient",
            "count",
        ):
            continue
        before = sentence.between(max(sentence.start, a.start - 40), a.start)
        between = sentence.between(a.end, b.start)
        after = sentence.between(b.end, b.end + 2)
        square = re.search(r"\[\s*$", before) is not None and after.lstrip()[:1] == "]"
        named = (
            re.search(
                r"(?:CIs?|CI\s?\d\d|[Ii]ntervals?|[Cc]onfidence|Wilson|[Bb]ands?|[Ll]imits|[Bb]ounds|[Ww]hiskers|"
                r"[Ee]rror bars?)\b(?:\s*\(\d\d(?:\.\d+)?\s?%\))?"
                r"(?:[\s:=(\[,]*(?:of |(?:(?:run|reach|extend|go|stretch)(?:s|es|ing)? )?from |is |are |was |were |"
                r"spans? )?|[^.;:\d()\[\]]{1,30}:\s*)$|[(\[]\s*\d\d(?:\.\d+)?\s?%\s?:?\s*$",
                before,
            )
            is not None
        )
        joined = re.fullmatch(r"\s*(?:,|;|–|-|to|\.\.|…)\s*", between) is not None
        round_ = re.search(r"\(\s*$", before) is not None and after.lstrip()[:1] == ")"
        inner = re.search(r"\(\(\s*$", before) is not None and sentence.between(b.end, b.end + 2) == "))"
        chained = bool(out) and _AND_ANOTHER.fullmatch(_unnamed(sentence, out[-1][1].end, a.start)) is not None
        known = chained and round_
        spoken = _INTERVAL_WORD.search(sentence.text) is not None and not re.search(
            r"(?:range|from|peak)\w*\s*\($", before
        )
        if joined and round_ and not inner and not spoken and i:
            # "34% (29–40)": an interval by its shape
            e = numbers[i - 1]
            beside = re.fullmatch(r"\s*%?\s*\(\s*", sentence.between(e.end, a.start)) is not None
            inner = (
                beside
                and not e.bound
                and e.role not in ("n", "p", "index", "none")
                and (e.role, b.role) != ("points", "percent")  # "40 points (4% to 44%)": of what
                # beside another interval, ends that are exchanged are still its ends
                and (a.value <= e.value <= b.value or (bool(out) and b.value < e.value < a.value))
            )
        reaching = joined and spoken and _BEFORE_ENDS.search(sentence.between(sentence.start, a.start)) is not None
        marked = joined and (square or inner or named or chained or reaching or (round_ and (known or spoken)))
        if marked or (worded and _is_in_words(before, between, sentence.between(b.end, b.end + 24))):
            out.append((a, b, a.start))
    return out


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


_FORWARD = regex(
    r"[`'’\"*]*(?:s\b)?[\s]*(?:[(:=,—–-]\s*)?(?:(?!(?:and|or|than|vs|versus|while|but|as|from|to|"
    r"against|over|between|by|drop\w*|without|more|less|times)\b)[\w'’-]+[\s,]+){0,6}[\s(:=,~≈]*(?:at "
    r"|is |of )?$"
)
_BACK = regex(
    r"\s*(?:\(\s*|[),]?\s*(?:which |and )?(?:belong(?:s|ed|ing) to|is (?:that|the (?:value|rate|share)) of|"
    r"(?:is )?held by|comes? from|goes to|is found (?:for|in))\s+|for |in |at |under |by |on )"
    r"(?:the |source |persona |layer |condition )?[`\"'*]*$"
)
_TO_POINT = regex(r"\s*(?:to|through|until|–|—|-|→|->)\s*(?:[A-Za-z]+\s)?\d")
_AT_POINT = regex(r"\s*\(?(?:after|with|from)\s+(?:the |only |just )?")
_APART = regex(
    r"\b(?:from|than|over|versus|vs\.?|against|without|except|excluding|dropping|beyond|not|to|"
    r"with|below|above|beneath|(?:end|finish|lie|stand|stay|land|remain|fall|come)s? (?:\w+ )?under)"
    r"\s+(?:the\s+)?[`\"'*]*$|\bbetween\s+[^,;.]{1,24}\s+and\s+(?:the\s+)?[`\"'*]*$",
    re.IGNORECASE,
)
_SEVERAL = regex(
    r"\s*%?\s*(?:(?:as )?(?:vs\.?|versus|against)|as opposed to|compared (?:with|to)|in place of|rather than|"
    r"(?:and|or)(?! (?:then|so|thus))|,)\s"
)
_COMPARED = regex(r"\b(?:from|to|than|versus|vs\.?|against)\s+(?:the\s+)?[`\"'*]*$", re.IGNORECASE)
_TIGHT = regex(r"[`'\"*’]*,?\s*(?:\(|at |with )\s*$")


SHARE_OF = regex(
    r"\s*\b(?:of|through|from) (?:(?:its|his|her|the|their|that|this|all|what|eventual|total)\b|[\w`-]+['’]s?\s)"
    r"[^.;,)]{0,40}?"
    r"\b(?:rise|gains?|increase|growth|climb|change|jump|drop|fall|decline|peak|maximum|way|movement|total|improvement|"
    r"effect|range|course|height|top|gap|difference|distance|shift|spread)\b",
    re.IGNORECASE,
)
"""Behind a number that is a share of a course: "58% of its rise"."""


def is_rate(sentence: Sentence, number: Number, without: Number | None = None) -> bool:
    """True for a percentage, and for a decimal in [0, 1] of a passage without percentages (but ``without``)."""
    if number.role == "percent":
        return True
    if number.role != "value" or number.signed or number.label or not 0 <= number.value <= 1 or number.decimals < 1:
        return False
    plain = sentence.passage.plain
    if any(
        n.role == "percent" and n is not without and not n.signed and not SHARE_OF.match(plain, n.end)
        for n in sentence.passage.numbers
    ):
        return False
    before = sentence.between(max(sentence.start, number.start - 24), number.start)
    return (
        re.search(
            r"\b(?:cos\w*|similarity|coefficient|correlation|cutoff|threshold|Δ|VIF|ICC|loss|"
            r"perplexity)\W*(?:of|is|=|at)?\s*$",
            before,
            re.IGNORECASE,
        )
        is None
    )


@once
def adjacent(sentence: Sentence) -> dict[int, Mention]:
    """For numbers (by position in the sentence) that stand directly beside one name: that name.

    "`librarian` (67%)", "67% for `librarian`", "0.39 at L10", and lists: "0.59, 0.60 and 0.61 at L15, L20 and L25".
    """
    out: dict[int, Mention] = {}
    numbers, names = sentence.numbers, sentence.names
    claims = [
        (i, n)
        for i, n in enumerate(numbers)
        if n.role in ("percent", "value", "coefficient", "count", "points") and not (n.bound and n.bound != "~")
    ]
    if not names or not claims:
        return out
    out.update((i, pair.name) for i, pair in paired(sentence).items() if any(i == j for j, _ in claims))
    for i, number in claims:
        if i in out:
            continue
        if i and _SPREAD.search(sentence.between(numbers[i - 1].end, number.start)):
            continue
        spread = i + 1 < len(numbers) and _SPREAD.fullmatch(sentence.between(number.end, numbers[i + 1].start))
        end = numbers[i + 1].end if spread else number.end
        after = next((m for m in names if m.start >= end), None)
        gap = sentence.between(end, after.start) if after is not None else ""
        point = after is not None and after.name.startswith("#")
        if after is not None and point and _TO_POINT.match(sentence.between(after.end, after.end + 12)):
            continue  # "0.9 to 85% (step 50 to 1600)"
        if after is not None and (_BACK.match(gap) or (point and _AT_POINT.fullmatch(gap))):
            out[i] = after
            continue
        if after is not None and _is_its(sentence, number, sentence.between(end, after.start)):
            out[i] = after
            continue
        ordered = _FORMER.match(sentence.between(end, end + 32))
        if ordered is not None:
            one = _of_two(sentence, number, ordered["which"].lower())
            if one is not None:
                out[i] = one
            continue
        before = named_before(sentence, i, names)
        if before is not None:
            out[i] = before
    return out


_ALSO_TO = regex(r"\s*,?\s*to (?:the )?[`\"'*]*")
_BELONGS = regex(r"\b(?:belong(?:s|ed|ing)?|goes|go|went|falls?|fell) to\b")
"""Around "the lowest rate, 12%, belongs to the nurse and the highest, 57%, to the villain"."""
_THE = regex(r"\bthe\s+$", re.IGNORECASE)
_OF_NAME = regex(r"\s*of (?:the )?[`\"'*]*")
"""Around "the 88% of the nurse"."""


def _is_its(sentence: Sentence, number: Number, gap: str) -> bool:
    """True if the words around a number and those up to the next name say that it is that one's."""
    if _ALSO_TO.fullmatch(gap):
        return _BELONGS.search(sentence.between(sentence.start, number.start)) is not None
    lead = sentence.between(max(sentence.start, number.start - 5), number.start)
    return _OF_NAME.fullmatch(gap) is not None and _THE.search(lead) is not None


_SPREAD = regex(r"\s*(?:±|\+/[-−–])\s*$")


def named_before(sentence: Sentence, i: int, names: Sequence[Mention]) -> Mention | None:
    """The last of ``names`` in front of a number of the sentence, if the number stands directly beside it."""
    numbers = sentence.numbers
    number = numbers[i]
    before = None
    for m in names:
        if m.end <= number.at:
            before = m
    if before is None:
        return None
    if before.name.startswith("#") and is_of_number_before(sentence, before):
        return None
    lead = sentence.between(max(sentence.start, before.start - 32), before.start)
    dosed = before.name.startswith("#") and _WITH.search(lead) is not None
    if _APART.search(lead) and not dosed and not is_end(sentence, before, number):
        return None
    earlier = max((m.end for m in names if m.end <= before.start), default=-1)
    if earlier >= 0 and joins_names(sentence.between(earlier, before.start)):
        return None  # "comedian and KT plateau at 27%": of both
    gap = sentence.between(before.end, number.at)
    if len(gap) > 48 or any(before.end <= x.start < number.at and x.role not in ("none", "index") for x in numbers):
        return None
    if not _FORWARD.match(gap) or _shared(sentence, i, before):
        return None
    return None if follows_its_value(sentence, number, before) else before


_COMMA = regex(r"[`'\"*’]*,")
_BREAK = regex(r"[,;:.]\s")
_IN_BRACKETS = regex(r"\([^()]*\)")
_WITH_WHAT = regex(r"\s*%?\s+(?:with|under|when|after|before|without)\s+\w")


def follows_its_value(sentence: Sentence, number: Number, name: Mention) -> bool:
    """True if ``name`` ends the words on the value before it, as others do behind the number.

    "9% (9/100) bare, 4% primed", "9% bare, 4% with a primer".
    """
    if _COMMA.match(sentence.between(name.end, number.at)) is None:
        return False
    values = [x for x in sentence.numbers if x.end <= name.start and x.role == number.role]
    if not values or any(values[-1].start < m.start < name.start for m in sentence.names):
        return False
    if _BREAK.search(_IN_BRACKETS.sub("", sentence.between(values[-1].end, name.start))):
        return False
    behind = _IN_BRACKETS.sub("", sentence.between(number.end, sentence.end))
    if _WITH_WHAT.match(behind):
        return True
    following = next((m for m in sentence.names if m.start >= number.end), None)
    return following is not None and behind[: behind.find(following.text)].strip(" %`*") == ""


_WITH = regex(r"\bwith (?:the )?$", re.IGNORECASE)


def is_of_number_before(sentence: Sentence, name: Mention) -> bool:
    """True for a checkpoint that says when the number on its left was measured: "45% at step 9, then 12%"."""
    left = [x for x in sentence.numbers if x.end <= name.start and x.role not in ("n", "p", "none", "index")]
    return bool(left) and _WHEN.fullmatch(sentence.between(left[-1].end, name.start)) is not None


_WHEN = regex(
    r"\s*\)?,?\s*\(?(?:(?:reached |attained |touched |seen |found |measured )?(?:at|by|in|on|after))?\s*(?:the )?"
)


def is_end(sentence: Sentence, name: Mention, number: Number) -> bool:
    """True for the number of a thing that is compared, "from the nurse, at 12%, to": it is not set aside by "from"."""
    lead = sentence.between(max(sentence.start, name.start - 32), name.start)
    return _COMPARED.search(lead) is not None and _TIGHT.fullmatch(sentence.between(name.end, number.at)) is not None


_FORMER = regex(
    r"\s*(?:\(|,?\s*(?:\w+ ){0,2}(?:for|in|with|by|of|to)\s+)the (?P<which>former|latter|first|second|other|last)\b"
    r"(?! (?:\w+ )?(?:of|for|to|at|\d|epochs?|steps?|layers?|checkpoints?|persona|unit|half|run|part|one|two|three|"
    r"place)\b)"
)


def _of_two(sentence: Sentence, number: Number, which: str) -> Mention | None:
    """The former or the latter of the two things that the words before a number name; ``None`` for fewer or more."""
    before = [m for m in sentence.names if m.end <= number.start and not m.name.startswith("#")]
    if len({m.name for m in before}) < 2:
        earlier = [s for s in sentence.passage.sentences if s.end <= sentence.start]
        before = [m for m in (earlier[-1].names if earlier else ()) if not m.name.startswith("#")] + before
    things = list({m.name: m for m in before}.values())
    if len(things) != 2 or which not in ("former", "first", "latter", "second"):
        return None
    return things[0] if which in ("former", "first") else things[1]


def _shared(sentence: Sentence, i: int, name: Mention) -> bool:
    """True if the number opens a pair that two names share: "a against b (67% vs 23%)"."""
    numbers = sentence.numbers
    if i + 1 < len(numbers):
        between = sentence.between(numbers[i].end, numbers[i + 1].at)
        if any(numbers[i].end <= m.start < numbers[i + 1].at for m in sentence.names):
            return False
        roles = {numbers[i].role, numbers[i + 1].role}
        if len(between) < 24 and _SEVERAL.match(between + " ") and (len(roles) == 1 or roles == {"percent", "value"}):
            return True
    return False
