"""The two rates of which a difference or a ratio is said in one breath: "12% → 45% (+33 pp)", "45% vs 15%, 3 times"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from math import inf

from leakstats.records import replace, struct

from ..regex import regex
from .grammar import Number
from .idioms import is_rate, pairs_of_counts
from .passages import Sentence, once
from .wording import ARROW, DIFFERENCE

__all__ = ["Operands", "levels", "operands"]

_LONGEST = 90
"""Characters between two numbers that belong together."""
_OUTER = ("percent", "value", "count")


@struct
class Operands:
    """A difference in points, or a ratio, with the rates that the construction around it says it is of."""

    result: Number
    pairs: tuple[tuple[Number, Number], ...]
    """Earlier and later; several for a chain, "12 → 30 → 45% (+33 pp)"."""
    ordered: bool
    """The sign of the difference says which way: of a move, and not of "12% vs 45%"."""

    @property
    def is_ratio(self) -> bool:
        """True for "3 times", else it is a difference."""
        return self.result.role == "fold"

    def fit(self) -> bool:
        """True if a pair may have the result, from unrounded values."""
        return any((self._divides if self.is_ratio else self._fits)(a, b) for a, b in self.pairs)

    def against(self) -> str:
        """What is wrong with the result."""
        what = "ratio" if self.is_ratio else "difference"
        if len(self.pairs) > 1:
            rates = ", ".join(dict.fromkeys(x.text for pair in self.pairs for x in pair))
            return f"{self.result.text} is no {what} of {rates}"
        a, b = self.pairs[0]
        left, right = a.text + a.unit, b.text + b.unit
        change = self._scale(a, b) * (b.value - a.value)
        if self.is_ratio:
            ratio = max(a.value, b.value) / max(min(a.value, b.value), 1e-9)
            return f"{left} and {right} have the ratio {ratio:.4g}, not {self.result.text}"
        if self.ordered:
            return f"from {left} to {right} is {change:+.4g} points, not {self.result.text}"
        return f"{left} and {right} differ by {abs(change):.4g} points, not {self.result.text}"

    def _scale(self, a: Number, b: Number) -> float:
        return 100.0 if "percent" not in (a.role, b.role) and max(a.value, b.value) <= 1 else 1.0

    def _fits(self, a: Number, b: Number) -> bool:
        low, high = self.result.printed
        scale = self._scale(a, b)
        least, most = scale * (b.low - a.high), scale * (b.high - a.low)
        ways = [(least, most)] if self.ordered else [(least, most), (-most, -least)]
        return any(x - 1e-9 <= high and low <= y + 1e-9 for x, y in ways)

    def _divides(self, a: Number, b: Number) -> bool:
        low, high = self.result.printed
        for x, y in ((a, b), (b, a)):
            least = x.low / y.high if y.high > 0 else inf
            most = x.high / y.low if y.low > 0 else inf
            if least <= high and low <= most:
                return True
        return False


@once
def operands(sentence: Sentence) -> dict[int, Operands]:
    """The differences and ratios of a sentence whose rates stand in one construction with them, by where they start."""
    out: dict[int, Operands] = {}
    if not any(n.role in ("points", "fold") for n in sentence.numbers):
        return out
    numbers = levels(sentence)
    for i, number in enumerate(numbers):
        if number.role not in ("points", "fold") or number.bound not in ("", "~"):
            continue
        found = _in_front(sentence, numbers, i) or _behind(sentence, numbers, i) or _beside(sentence, numbers, i, out)
        if found is not None:
            out[number.start] = found
    return out


@once
def levels(sentence: Sentence) -> list[Number]:
    """The numbers of a sentence, with "24 of 200" as one rate."""
    out: list[Number] = []
    parts = {k.start: n for k, n in pairs_of_counts(sentence) if n.value >= _FEWEST_TRIALS}
    wholes = {n.start for n in parts.values()}
    for number in sentence.numbers:
        n = parts.get(number.start)
        if n is not None:
            rate = 100 * number.value / n.value
            text = sentence.between(number.start, n.end)
            out.append(replace(number, end=n.end, text=text, value=rate, low=rate, high=rate, role="percent"))
        elif number.start not in wholes:
            out.append(number)
    return out


_FEWEST_TRIALS = 20
"""Of fewer, a share is a count of things."""
_ALSO = regex(r"\s*(?:,|;|/|,?\s*(?:or|and|i\.e\.))\s*(?:a factor of\s+)?", re.IGNORECASE)


def _beside(sentence: Sentence, numbers: Sequence[Number], i: int, found: Mapping[int, Operands]) -> Operands | None:
    """A ratio right behind a difference, "12% → 45% (+33 pp, 3.8×)", is of the same rates."""
    number, before = numbers[i], numbers[i - 1] if i else None
    of = found.get(before.start) if before is not None and number.role == "fold" else None
    if before is None or of is None or of.is_ratio:
        return None
    return Operands(number, of.pairs, False) if _ALSO.fullmatch(sentence.between(before.end, number.start)) else None


_WORDS = (
    r"(?:\s+(?:for|in|under|with|at|among|on|of|by|after|before)(?:\s+(?!(?:and|or|but|while|than|to|from|vs|versus)\b)"
    r"[\w'’`*-]+){1,5})?"
)
"""Whose the rate in front is: "for the other ten"."""
_ABOUT = r"(?:about\s+|only\s+|just\s+|roughly\s+|exactly\s+|some\s+|[≈~]\s*)?"
_SAYS = (
    rf"(?:(?:and\s+)?(?:i\.e\.|that is|which is|which makes|making|"
    r"(?:that|this|it) (?:is|makes|means|gives|amounts to|comes to)|so|or|hence|thus|net|only|just|up|down|by|=|"
    r"[Δ∆]\s*[=:]?|"
    rf"(?:an?|the|its|their)\s+(?:[a-z-]+\s+)?(?:{DIFFERENCE}|factor|ratio)\s+of|{DIFFERENCE}\s*[:=]?|[≈~]),?\s*)"
)
_JOIN = regex(rf"{_WORDS}\s*(?:[(\[]\s*{_SAYS}{{0,3}}|[,;:–—]?\s*{_SAYS}{{1,3}}|\s*=\s*)", re.IGNORECASE)
_COMMA = regex(rf"{_WORDS}\s*,\s*", re.IGNORECASE)
_ARROW = regex(rf"{_WORDS}\s*{ARROW}\s*{_ABOUT}", re.IGNORECASE)
_TO = regex(rf"{_WORDS}\s+(?:up |down |back )?to\s+{_ABOUT}", re.IGNORECASE)
_FROM = regex(rf"\bfrom\s+{_ABOUT}$", re.IGNORECASE)
_OPENED = regex(r"[(\[]\s*$")
_AGAINST = regex(
    rf"{_WORDS}\s*,?\s*(?:vs\.?|versus|against|as against|as opposed to|compared (?:with|to))\s+{_ABOUT}",
    re.IGNORECASE,
)
_FIRST = regex(
    r"\s+(?:at first|at (?:the )?(?:start|outset)|initially|to begin with|before(?:hand)?)\s*,\s*(?:and\s+)?"
)
_THEN = regex(r"\s+(?:at last|at (?:the )?end|finally|in the end|after(?:wards)?)\b")
_AFTER = regex(
    rf"(?:\s+(?:{DIFFERENCE}|in (?:all|total)|altogether|apart|higher|lower|more|less|up|down|ahead|behind|"
    r"as (?:much|many|often|high|large|frequent|likely)|larger|greater|the rate|"
    r"of (?:a )?(?:difference|distance|gap)))?"
    r"\s*(?:[)\],;:]|\.(?!\d)|$|\(n\s?=)",
    re.IGNORECASE,
)
"""What may follow a difference; "+3 pp over the control" is of another thing."""
_OPENS = regex(
    rf"(?:\s+(?!(?:on|averag\w+|means?|medians?|each|per|most|least|best|worst|than|over|above|below|between|other\w*|and|"
    rf"or|but|while|s[de])\b)[`*]*[a-z][\w.-]*[`*]*){{0,3}}\s*(?:[(\[]\s*|,\s*(?:i\.e\.,?\s+)?(?=from\b)|\s+(?=from\b)|;\s+)"
    rf"(?:[\w`*'’-]+\s+){{0,3}}?(?:from\s+)?{_ABOUT}",
    re.IGNORECASE,
)
"""Between a difference and its rates behind it."""
_CLOSES = regex(rf"{_WORDS}\s*(?:\(n\s?=[^()]{{0,40}}\)\s*)?(?:[)\],;]|\.(?!\d)|$)", re.IGNORECASE)
_BETWEEN = regex(r"\bbetween\s+$", re.IGNORECASE)
_AND = regex(rf"{_WORDS}\s+and\s+{_ABOUT}", re.IGNORECASE)
_ASIDE = regex(
    r"\s*(?:\([^()]{0,80}\)|\[[^\[\]]{0,80}\])|"
    r",\s*n\s?=\s?\d[\d,]*(?:\s+(?:for\s+)?(?:each|every|per|either|both|apiece)(?:\s+[a-z]+)?)?(?=,)",
    re.IGNORECASE,
)
"""What is said of a rate beside it: a bracket, and on how many trials it rests."""
_POINT = regex(r"\s+(?:at|in|on|after|by)\s+(?:the\s+)?[A-Za-z]+\s*\d[\d,]*(?!\.?\d|\s*%)", re.IGNORECASE)
_SO_MANY = regex(r"\b(?:the|other|all|these|those|of)\s+$", re.IGNORECASE)
_LISTED = regex(rf"{_POINT.pattern}\s*,\s*(?:and\s+)?", re.IGNORECASE)
_LOSS = regex(
    r"\b(?:drop\w*|decreas\w+|loss(?:es)?|los(?:es?|t|ing)|declin\w+|fall(?:s|en|ing)?|fell|reduc\w+|lower\w*|cuts?|down|"
    r"minus)\b[^.;()]{0,24}$",
    re.IGNORECASE,
)


def _plain(sentence: Sentence, left: int, right: int) -> str | None:
    """The words between two numbers without what stands in brackets, and when a rate was measured; ``None`` if far."""
    if right - left > _LONGEST:
        return None
    return _POINT.sub("", _ASIDE.sub("", sentence.between(left, right)))


def _is_aside(text: str) -> bool:
    """True if what stands before ``text`` is in a bracket that ``text`` closes."""
    depth = 0
    for mark in text:
        depth += (mark in "([") - (mark in ")]")
        if depth < 0:
            return True
    return False


def _could_be(sentence: Sentence, number: Number) -> bool:
    """True for a rate, with its sign of percent or without, and for a difference of which a ratio is."""
    if number.role == "points":
        return not number.bound and number.value > 0
    if number.bound not in ("", "~") or number.signed or number.label or not 0 <= number.value <= 100:
        return False
    if number.role == "percent" or is_rate(sentence, number):
        return True
    return number.role == "value" and number.value > 1


def _operands(sentence: Sentence, d: Number, chain: Sequence[Number], ordered: bool) -> Operands | None:
    rated = sum(_could_be(sentence, x) for x in chain)
    whole = all(_could_be(sentence, x) or (x.role == "count" and 0 <= x.value <= 100) for x in chain)
    if not whole or rated < max(1, len(chain) - 1) or len({x.role == "points" for x in chain}) > 1:
        return None
    lead = sentence.between(max(sentence.start, d.start - 60), d.start)
    turned = d.signed and d.value > 0 and _LOSS.search(lead) is not None
    return Operands(d, tuple(combinations(chain, 2)), ordered and d.signed and not turned)


def _joined(sentence: Sentence, a: Number, b: Number) -> str:
    """How two numbers that follow each other belong together: ``move``, ``pair`` or ""."""
    gap = _plain(sentence, a.end, b.start)
    if gap is None:
        return ""
    if _ARROW.fullmatch(gap):
        return "move"
    lead = sentence.between(max(sentence.start, a.start - 20), a.start)
    if _TO.fullmatch(gap) and (_FROM.search(lead) or _OPENED.search(lead)):
        return "move"
    if _FIRST.fullmatch(gap) and _THEN.match(sentence.between(b.end, min(sentence.end, b.end + 16))):
        return "move"
    if _AND.fullmatch(gap) and _BETWEEN.search(lead):
        return "pair"
    listed = _LISTED.fullmatch(sentence.between(a.end, b.start))
    if listed and _POINT.match(sentence.between(b.end, min(sentence.end, b.end + 24))):
        return "pair"  # "26% at layer 2, 49% at layer 38"
    return "pair" if _AGAINST.fullmatch(gap) else ""


def _chain(sentence: Sentence, numbers: Sequence[Number], kind: str) -> list[Number]:
    """The numbers of a list that hang together from its first one on."""
    out = [numbers[0]]
    for a, b in pairwise(numbers):
        if _joined(sentence, a, b) != kind:
            break
        out.append(b)
    return out


def _outer(sentence: Sentence, numbers: Sequence[Number], i: int, step: int) -> Iterator[Number]:
    """The numbers in front of (or behind) the ``i``-th that are in no bracket of their own, the nearest first."""
    d = numbers[i]
    rest = numbers[:i][::-1] if step < 0 else numbers[i + 1 :]
    for x in rest:
        if abs(x.start - d.start) > 4 * _LONGEST:
            return
        if x.role not in _OUTER and not (x.role == "points" and d.role == "fold"):
            if x.role == "points":
                return  # another difference, with rates of its own
            continue
        if x.role == "count" and _SO_MANY.search(sentence.between(max(sentence.start, x.start - 12), x.start)):
            continue  # "0.9 for the other 20"
        if step > 0 or not _is_aside(sentence.between(x.end, d.start)):
            yield x


def _in_front(sentence: Sentence, numbers: Sequence[Number], i: int) -> Operands | None:
    """For "12% → 45% (+33 pp)" and "from 45% to 12%, a drop of 33 pp"."""
    d = numbers[i]
    if _AFTER.match(sentence.between(d.end, d.end + 24)) is None:
        return None
    before = list(_outer(sentence, numbers, i, -1))
    if _summed_up(sentence, d, before):
        return _operands(sentence, d, before, False)
    gap = _plain(sentence, before[0].end, d.start) if len(before) >= 2 else None
    if gap is None or not (_JOIN.fullmatch(gap) or ((d.signed or d.role == "fold") and _COMMA.fullmatch(gap))):
        return None
    if d.role == "points" and _goes_back(sentence, before[1], before[0]):
        return _operands(sentence, d, [before[0], before[1]], True)
    kind = _joined(sentence, before[1], before[0])
    plain = d.role == "points" and not d.signed  # "a has 61% and b 45% (+3 pp)" may tell what b has gained
    if not kind and plain and _IN_BRACKET.fullmatch(gap) and _is_and(sentence, before[1], before[0]):
        return _operands(sentence, d, [before[1], before[0]], False)
    if not kind:
        return None
    chain = [before[0]]
    for a, b in zip(before[1:], before, strict=False):
        if _joined(sentence, a, b) != kind:
            break
        chain.insert(0, a)
    return _operands(sentence, d, chain, kind == "move")


SUMMED_UP = regex(
    rf"{_WORDS}\s*[,;:–—]\s*(?:and\s+)?(?:which|that|this)\s+"
    r"(?:is|was|makes?|means|gives?|(?:amounts?|comes?|corresponds?)\s+to)\s+"
    rf"(?:(?:an?|the)\s+(?:[a-z-]+\s+)?(?:{DIFFERENCE}|factor|ratio)\s+of\s+)?{_ABOUT}",
    re.IGNORECASE,
)
"""Between the second of two rates and what they amount to: "…, which makes a factor of 4.2"."""
_THAN_FIRST = regex(
    r"\s*(?:percentage\s+)?(?:points?\s+)?(?:lower|higher|less|more|fewer|apart)\s*(?:[,;:)(]|\.(?!\d)|$)"
)


def _summed_up(sentence: Sentence, d: Number, before: Sequence[Number]) -> bool:
    """True for "94% at home; abroad it is 6%, which is 88 points lower": of the only two rates in front."""
    if d.role != "points" or d.signed or len(before) != 2 or any(x.role != "percent" for x in before):
        return False
    gap = _plain(sentence, before[0].end, d.start)
    if gap is None or SUMMED_UP.fullmatch(gap) is None:
        return False
    return _THAN_FIRST.match(sentence.between(d.start + len(d.text), sentence.end)) is not None


def _goes_back(sentence: Sentence, end: Number, start: Number) -> bool:
    """True for "goes down to 8%, having begun at 22%", "up to 41% from 22%": the end stands in front."""
    gap = _plain(sentence, end.end, start.start)
    hit = _HAVING_BEGUN.fullmatch(gap) if gap is not None else None
    if hit is None:
        return False
    return hit["begun"] is not None or _ARRIVES.search(sentence.between(sentence.start, end.start)) is not None


_HAVING_BEGUN = regex(
    rf"\s*,?\s*(?:(?:from|after)\s+|(?P<begun>(?:having|after having)\s+(?:begun|started|opened|set out)\s+"
    rf"(?:out\s+|off\s+)?(?:at|from|with)\s+|"
    rf"after\s+(?:beginning|starting|opening|a start)\s+(?:at|from|with|of)\s+)){_ABOUT}",
    re.IGNORECASE,
)
_ARRIVES = regex(
    rf"\b(?:up|down|back|ris\w+|rose|f[ae]ll\w*|climb\w*|dropp?\w*|goes|went|sinks?|sank)\s+to\s+{_ABOUT}$",
    re.IGNORECASE,
)


def _is_and(sentence: Sentence, a: Number, b: Number) -> bool:
    """True for two rates that "and" joins, and whose they are: "93% itself and 1% abroad"."""
    gap = _plain(sentence, a.end, b.start)
    return gap is not None and _AND_OF.fullmatch(gap) is not None


_AND_OF = regex(r"(?:\s+[\w'’`*-]+){0,4}\s+and\s+(?:about |only |just )?", re.IGNORECASE)
_IN_BRACKET = regex(r"(?:\s+[\w'’`*-]+){0,4}\s*\(\s*")


def _behind(sentence: Sentence, numbers: Sequence[Number], i: int) -> Operands | None:
    """For "by 33 pp (12% → 45%)" and "a drop of 33 pp, from 45% to 12%"."""
    d = numbers[i]
    after = list(_outer(sentence, numbers, i, 1))
    near = len(after) >= 2 and after[0].start - d.end <= _LONGEST
    if not near or not _OPENS.fullmatch(sentence.between(d.end, after[0].start)):
        return None
    kind = _joined(sentence, after[0], after[1]) or _in_own_bracket(sentence, d, after)
    if kind == "own":
        return _operands(sentence, d, after[:2], False)
    if kind != "move" and ";" in sentence.between(d.end, after[0].start):
        return None  # "+62 pp; 0 → 62%" in one bracket
    chain = _chain(sentence, after, kind) if kind else []
    if len(chain) < 2 or not _closes(sentence, chain[-1]) or _may_enclose(sentence, d, chain):
        return None
    return _operands(sentence, d, chain, kind == "move")


def _in_own_bracket(sentence: Sentence, d: Number, after: Sequence[Number]) -> str:
    """``own`` for "they differ by 26 pp (67% at home, 41% abroad)": two rates alone in the bracket."""
    lead = sentence.between(max(sentence.start, d.start - _LONGEST), d.start)
    if _DIFFER_BY.search(lead) is None or _UNIT.fullmatch(sentence.between(d.end, after[0].start)) is None:
        return ""
    if _SIDES.fullmatch(sentence.between(after[0].end, after[1].start)) is None:
        return ""
    closed = _SIDE.match(sentence.between(after[1].end, sentence.end))
    return "own" if closed is not None else ""


_DIFFER_BY = regex(r"\b(?:differ\w*|apart|separat\w+)\b[^;().\d]{0,40}$", re.IGNORECASE)
_UNIT = regex(r"\s*(?:(?:percentage\s+|%-)?points?|pp|pts)?\s*\(", re.IGNORECASE)
_SIDES = regex(r"\s?%?(?:(?:\s[\w'’-]+){1,3},\s|(?:\s[\w'’-]+){0,3}\s(?:and|against)\s)(?:only |just )?", re.IGNORECASE)
_SIDE = regex(r"\s?%?(?:\s[\w'’-]+){0,3}(?:,\s(?:respectively|in (?:that|this) order))?\)")


def _may_enclose(sentence: Sentence, d: Number, chain: Sequence[Number]) -> bool:
    """True if the rates behind a difference may be the ends of its interval: "by 15 pp (8% to 22%)"."""
    lead = sentence.between(d.end, chain[0].start)
    low, high = sorted((chain[0].value, chain[-1].value))
    said = _TO.fullmatch(_plain(sentence, chain[0].end, chain[1].start) or "") is not None
    return said and _OPENED.search(lead) is not None and low <= abs(d.value) <= high


def _closes(sentence: Sentence, last: Number) -> bool:
    """True if nothing more is said of the last rate than whose it is."""
    rest = sentence.between(last.end, min(sentence.end, last.end + _LONGEST))
    then = _THEN.match(rest)
    return _CLOSES.match(_POINT.sub("", rest[then.end() :] if then else rest)) is not None
