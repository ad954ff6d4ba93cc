"""A rate beside its own k of n, "85% (102/120)", in words and in cells; k above n."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache

from leakstats.records import struct

from ..document import Cell
from ..regex import regex
from .claims import derived_rates, is_claim
from .grammar import Number
from .idioms import interval_ends, is_rate, pairs_of_counts, spans
from .knowledge import Clash, Evidence
from .passages import Passage, Sentence, once
from .tables import CellNumber, Sheet

__all__ = ["Fraction", "counted", "fraction_clashes", "fractions_of", "ratio_clashes"]

_COUNT = r"\d{1,3}(?:[,\u2009\u202f\u00a0]\d{3}){1,4}(?!\d)|\d{1,15}(?!\d)"
"""More digits count nothing, and Python turns no more than 4,300 into a number."""
_FRACTION = regex(
    rf"(?<![\w.,/])(?P<k>{_COUNT})(?:\s?/\s?|\s(?:out )?of (?:the |all |its )?)(?P<n>{_COUNT})(?![\w/%]|[.,]\d)"
)
_SEPARATOR = regex(r"\D")
_KEPT = 0.75
"""Share of the cells of a table that have to keep to it before one that does not is judged."""
_FEWEST = 5
"""Things of which shares are not printed as rates."""
_LARGEST = 1000
"""Times the whole: a part that is more has no rate."""


@struct
class Fraction:
    """A printed ``k/n`` or ``k of n``."""

    k: int
    n: int
    start: int
    end: int
    text: str
    part_last: bool = False
    """The whole stands first: "of 150 replies, 97"."""
    room: float = 0.0
    """How far a share that is only about right may lie from a rate beside it."""

    def fits(self, rate: Number) -> bool:
        """True if it prints as ``rate``."""
        if self.n <= 0 or self.k > _LARGEST * self.n:  # hundreds of digits over one are no float
            return False
        share = self.k / self.n
        if self.room:
            low, high = rate.scaled()
            return low - self.room <= share <= high + self.room
        return rate.allows_rate(share)

    @property
    def is_more_than_all(self) -> bool:
        """True where the part is larger than the whole."""
        return self.k > self.n

    def against(self, rate: Number) -> str:
        """What is wrong with ``rate`` beside it."""
        if self.is_more_than_all:
            return f"{self.text}: a part is no larger than the whole"
        return f"{self.text} is {100 * self.k / max(self.n, 1):.4g}%, not {rate.text}{rate.unit}"


@lru_cache(maxsize=512)  # five rules ask for the same cells
def fractions_of(text: str, start: int = 0, end: int | None = None) -> tuple[Fraction, ...]:
    """The fractions of a text.

    >>> [(f.k, f.n) for f in fractions_of("68% (1,360/2,000), or 12 out of 40; 3/4/2025")]
    [(1360, 2000), (12, 40)]
    """
    out = []
    for match in _FRACTION.finditer(text, start, len(text) if end is None else end):
        k, n = (int(_SEPARATOR.sub("", match[name])) for name in ("k", "n"))
        out.append(Fraction(k, n, match.start(), match.end(), match.group(0)))
    return tuple(out)


# -- in cells ----------------------------------------------------------------------------------------------------------


def fraction_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Cells whose rate is not the k/n beside it, in tables in which the others keep to it."""
    for sheet in evidence.sheets:
        pairs = list(_pairs(sheet))
        right = sum(fraction.fits(rate) for _, rate, fraction in pairs)
        for cell, rate, fraction in pairs:
            if fraction.fits(rate) or right < max(1, _KEPT * (len(pairs) - 1)):
                continue
            place = evidence.document.place(cell.text, rate.start, rate.end)
            yield Clash("fraction", place, fraction.against(rate), "the rate or its fraction is wrong")


def _pairs(sheet: Sheet) -> Iterator[tuple[Cell, Number, Fraction]]:
    """Every cell with one percentage and one fraction."""
    by_cell: dict[tuple[int, int], list[CellNumber]] = defaultdict(list)
    for item in sheet.numbers:
        by_cell[(item.row, item.column)].append(item)
    for items in by_cell.values():
        cell = items[0].cell
        rates = [
            x.number
            for x in items
            if x.number.role == "percent" and not x.interval and not x.number.bound and not x.number.signed
        ]
        found = fractions_of(cell.text.text) if len(rates) == 1 else []
        if len(found) == 1:
            yield cell, rates[0], found[0]


# -- in words ----------------------------------------------------------------------------------------------------------


_DETERMINER = r"(?:(?:the|all|its|their|these|those|our|his|her|a total of)\s+){0,2}(?:[\w-]+['’]s?\s+)?"
_PART_OF = regex(
    rf"(?:\s[a-z-]+){{0,2}}\s?/\s*|\s(?:[a-z-]+\s){{0,4}}?(?:out of|of|in|among|from)\s+{_DETERMINER}", re.IGNORECASE
)
_WHOLE_FIRST = regex(rf"\b(?:out of|of|among|in|from)\s+{_DETERMINER}$", re.IGNORECASE)
_THEN_PART = regex(r"(?:\s+[\w'’-]+){1,7}?,?\s+(?:[\w'’-]+\s+){0,3}")
_INTO_BRACKET = regex(r"(?:\s+[a-z-]+){0,3}\s*(?:\(|,\s*(?:or|i\.e\.|that is),?\s+)\s*")
_OUT_OF_BRACKET = regex(rf"\s*[),]\s*(?:[a-z-]+\s){{0,3}}?(?:out of|of|in|among|from)\s+{_DETERMINER}", re.IGNORECASE)
_FEWEST_TRIALS = 30
"""Things of which words between a count and its rate may speak; fewer are units, whose mean rate may be meant."""


@once
def counted(sentence: Sentence) -> list[Fraction]:
    """``k of n`` of a sentence: "97/150", "97 marked replies out of 150", "97 of its 150", "of 150 replies, 97"."""
    out = list(_around_rates(sentence))
    for a, b in itertools.pairwise(sentence.numbers):
        if not (_is_count(a) and _is_count(b)) or a.role == "fold":
            continue
        between = sentence.between(a.end, b.start)
        if a.value <= b.value and _PART_OF.fullmatch(between) and not _CONTRAST.search(between):
            text = sentence.between(a.start, b.end)
            room = _room_of_words(sentence.between(max(sentence.start, a.start - 24), a.start), text, int(b.value))
            out.append(Fraction(int(a.value), int(b.value), a.start, b.end, text, room=room))
        elif b.value <= a.value and _THEN_PART.fullmatch(between) and not _CONTRAST.search(between):
            before = sentence.between(max(sentence.start, a.start - 40), a.start)
            if _WHOLE_FIRST.search(before):
                out.append(Fraction(int(b.value), int(a.value), a.start, b.end, f"{b.text} of {a.text}", True))
    return out


def _room_of_words(before: str, text: str, n: int) -> float:
    """How far "about two in five" and "one in three" may be from the rate beside them: no other such share is nearer.

    In words and of few, a share is a rounded rate; digits and larger wholes are counts, if nothing makes them rough.
    """
    if not 0 < n <= _ROUND_WHOLE:
        return 0.0
    if _ROUGHLY.search(before):
        return 0.25 / n
    return 0.1 / n if _IN.search(text) is not None and not any(map(str.isdigit, text)) else 0.0


_ROUND_WHOLE = 20
"""Things of which a rounded share is told."""
_ROUGHLY = regex(
    r"(?:\b(?:about|roughly|around|nearly|almost|some|approximately|close to|near|just (?:over|under|above|below)|"
    r"(?:more|less|fewer) than|over|under|not quite|barely|slightly (?:more|less|over|under)(?: than)?|"
    r"a little (?:over|under|more than|less than)|well over|well under|or so|say|circa)|[~≈])\s*(?:the\s+|every\s+)?$",
    re.IGNORECASE,
)
_IN = regex(r"\bin\b", re.IGNORECASE)


def _around_rates(sentence: Sentence) -> Iterator[Fraction]:
    """ "83 (31%) of the 250 replies": the rate stands between the part and the whole."""
    for a, rate, b in zip(sentence.numbers, sentence.numbers[1:], sentence.numbers[2:], strict=False):
        if rate.role == "percent" and not rate.bound and _is_count(a) and _is_count(b) and a.value <= b.value:
            opened = _INTO_BRACKET.fullmatch(sentence.between(a.end, rate.start))
            closed = _OUT_OF_BRACKET.fullmatch(sentence.between(rate.end, b.start))
            if opened and closed:
                yield Fraction(int(a.value), int(b.value), a.start, b.end, f"{a.text} of {b.text}")


def _is_count(number: Number) -> bool:
    """True for a whole number of things, "125 times" included."""
    counted = number.role == "count" or (number.role == "fold" and number.unit == "x")
    return counted and number.decimals <= 0 and not number.signed and not number.bound


def ratio_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Rates that the k of n beside them does not give."""
    for passage in evidence.passages:
        if not is_claim(passage) or len(passage.numbers) < 3:
            continue
        found = fractions_of(passage.plain)
        lists = list(_in_brackets(passage, found))
        for several in lists:
            yield from _in_order(passage, several)
        listed = {x.start for several in lists for x in several}
        for sentence in passage.sentences:
            tight = [x for x in found if sentence.start <= x.start < sentence.end]
            starts = {x.start for x in tight}
            beside = [*tight, *(x for x in counted(sentence) if x.start not in starts)]
            yield from _beside(evidence, sentence, [x for x in beside if x.start not in listed])
        yield from _behind_counts(passage)


_SHARE = r"(?:rate|share|proportion|fraction|percentage)"
_SAID = rf"(?:(?:in|at|for|with|to) )?(?:(?:an? |the )?{_SHARE}(?: of|:)?\s+)?(?:exactly |just |only )?"
"""What may stand right before a rate: "a share of", "in"."""
_IS = (
    r"(?:is|was|are|were|makes?|made|gives?|gave|equals?|means?|yields?|corresponds? to|"
    r"(?:comes?|came|amounts?|amounted) to|works? out (?:at|to|as))"
)
_THAT_IS = (
    r"(?:or|i\.e\.|that is(?: to say)?|in other words|namely|hence|thus|so|making|giving|that['’]s|"
    rf"(?:which|that|this) {_IS}),?\s+"
)
"""Between counts and the rate that they make."""
_OPENS = regex(
    r"\s*(?:of (?:[\w'’-]+\s+){0,5}?[\w'’-]+\s*)?(?:\[[^\[\]]*\]\s*)?"
    r"(?:[(:=—–]|,?\s+(?:or|i\.e\.|that is|namely|rests? on|stems? from|reflects?|means?|is|equals?|makes?|represents?|"
    r"corresponds? to),?\s)\s*"
)
_OPENS_TIGHT = regex(r"\s*(?:[,;/]\s*)")
_CLOSES = regex(rf"\s*(?:[(=]|→|->)\s*{_SAID}|\s*,\s*|(?:,|\s)\s*{_THAT_IS}{_SAID}")
_FAR = r"(?P<things>(?:\s+[\w'’-]+){0,8}?)"
_CLOSES_FAR = regex(rf"{_FAR}(?:\s*\(\s*|,?\s+{_IS}\s+){_SAID}")
_EQUATED = regex(rf"{_FAR}(?:\s*(?:=|→|->)\s*|,?\s+{_THAT_IS}|,\s+(?=(?:an? |the ){_SHARE}\b)){_SAID}")
"""Between counts and a rate that the words say they make, be the counts ever so few."""
_BRACKETED = regex(r"(?P<things>(?:\s+[\w'’-]+){1,3}?)\s*\(\s*")
_APPOSED = regex(r"(?:\s+[\w'’-]+){0,4}(?:,|:|\s[—–])\s*(?:an?\s+(?:[a-z-]+\s+){1,2})?")
_ENDS = regex(r"\s*(?:[.;)—–]|,(?!\s*[~≈]?\.?\d)|(?:in (?:all|total)|overall|altogether)\b|$)")
_OF_OTHERS = regex(r"\s+of\s+(?!them\b|these\b|those\b)(?:the\s+|all\s+|its\s+)*(?P<thing>[\w'’-]+)")
"""Behind a rate: what it is a share of."""
_CONTRAST = regex(
    r"\b(?:and|but|or|nor|than|to|against|versus|vs|while|whereas|unlike|as|except|without|between|with|plus|other|"
    r"others|rest|remaining|more|fewer|less|about|only|average|mean|each|every|per)\b",
    re.IGNORECASE,
)
_GOES_ON = regex(r"\s*(?:and|vs\.?|versus|or|to|,|;|→|–|-)\s*[~≈]?(?=\.?\d)")
_AVERAGED = regex(r"\s*(?:on average|in the mean|each|apiece)\b", re.IGNORECASE)
_LIST = regex(r"\s*(?:,|,?\s*(?:and|vs\.?|versus|against|or)|;|/)\s*")
_BRACKET = regex(r"\(([^()]*)\)")


def _beside(evidence: Evidence, sentence: Sentence, fractions: Sequence[Fraction]) -> Iterator[Clash]:
    """A rate right before or behind a fraction that does not print as it."""
    rates = _rates(sentence) if fractions else []
    for fraction in fractions:
        if fraction.n < _FEWEST or any(fraction.fits(x) and _is_bound(evidence, sentence, fraction, x) for x in rates):
            continue
        for rate in rates:
            others = (x for x in fractions if x is not fraction and x.fits(rate))
            if not _is_bound(evidence, sentence, fraction, rate) or any(
                _is_bound(evidence, sentence, x, rate) for x in others
            ):
                continue
            yield _clash(
                sentence.passage,
                min(rate.start, fraction.start),
                max(rate.end, fraction.end),
                fraction.against(rate),
            )
            break


def _is_bound(evidence: Evidence, sentence: Sentence, fraction: Fraction, rate: Number) -> bool:
    """True if the words say that a rate is that of a fraction."""
    going = _GOES_ON.match(sentence.passage.plain, rate.end)
    if (going is not None and going.end() != fraction.start) or _AVERAGED.match(sentence.passage.plain, rate.end):
        return False
    if rate.end <= fraction.start:
        if fraction.part_last:
            return False
        between = sentence.between(rate.end, fraction.start)
        if _OPENS_TIGHT.fullmatch(between):
            return _is_in_bracket(sentence, rate.start) or ("/" in fraction.text and fraction.n >= _FEWEST_TRIALS)
        return _OPENS.fullmatch(between) is not None
    if rate.start < fraction.end:
        return fraction.start < rate.start
    between = sentence.between(fraction.end, rate.start)
    if not fraction.part_last and _CLOSES.fullmatch(between):
        trials = "/" in fraction.text and fraction.n >= _FEWEST_TRIALS
        return between.strip() != "," or trials or _is_in_bracket(sentence, fraction.start)
    if len(between) > 80:
        return False
    equated = _EQUATED.fullmatch(between)
    if fraction.n < _FEWEST_TRIALS:
        of = _OF_OTHERS.match(sentence.passage.plain, rate.end)
        if of is not None and of["thing"] not in fraction.text + between:
            return False
        if equated is None and not fraction.part_last and not _is_known(evidence, rate):
            equated = _BRACKETED.fullmatch(between)
        return equated is not None and _CONTRAST.search(equated["things"]) is None
    if fraction.part_last and "(" in between:
        return between.strip() == "("  # "of 40 units, the 8 nearest ones (64%)"
    far = equated or _CLOSES_FAR.fullmatch(between)
    if far is not None:
        return _CONTRAST.search(far["things"]) is None
    end = _ENDS.match(sentence.passage.plain, rate.end)
    return end is not None and _APPOSED.fullmatch(between) is not None and _CONTRAST.search(between) is None


def _is_known(evidence: Evidence, rate: Number) -> bool:
    """True for a rate or a mean that is known, which "three of seven layers (55%)" may give for the three."""
    scale = 0.01 if rate.role == "percent" else 1.0
    return evidence.is_known(rate, evidence.known_rates, scale) or evidence.is_known(
        rate, derived_rates(evidence), scale
    )


def _is_in_bracket(sentence: Sentence, at: int) -> bool:
    before = sentence.between(sentence.start, at)
    return before.rfind("(") > before.rfind(")")


def _clash(passage: Passage, start: int, end: int, message: str) -> Clash:
    return Clash("ratio", passage.place(start, end), message, "correct the rate or the counts")


def _in_brackets(passage: Passage, fractions: Sequence[Fraction]) -> Iterator[list[Fraction]]:
    """The fractions of the brackets that hold several, "(146/200 and 52/200)"."""
    for bracket in _BRACKET.finditer(passage.plain):
        found = [x for x in fractions if bracket.start() < x.start < bracket.end()]
        if len(found) > 1:
            yield found


def _rates(sentence: Sentence) -> list[Number]:
    """The rates of a sentence that are no ends of intervals or of ranges."""
    ends = {*interval_ends(sentence), *(id(x) for s in spans(sentence) if s.kind == "range" for x in (s.left, s.right))}
    return [x for x in sentence.numbers if id(x) not in ends and x.bound in ("", "~") and is_rate(sentence, x)]


def _in_order(passage: Passage, fractions: Sequence[Fraction]) -> Iterator[Clash]:
    """Rates before or behind a bracket with as many fractions, in their order, where some fit and one does not."""
    sentence = next((s for s in passage.sentences if s.start <= fractions[0].start < s.end), None)
    if sentence is None:
        return
    stated = _rates(sentence)
    rates = [x for x in stated if x.end <= fractions[0].start][-len(fractions) :]
    if not rates:  # "the two newcomers (129/150 and 104/150): 86%, 69%"
        rates = [x for x in stated if x.start >= fractions[-1].end]
    for fraction in fractions:
        if fraction.is_more_than_all and any(x.n == fraction.n and not x.is_more_than_all for x in fractions):
            message = f"{fraction.text}: a part is no larger than the whole"
            yield _clash(passage, fraction.start, fraction.end, message)
    if any(x.n < _FEWEST or x.is_more_than_all for x in fractions):
        return
    yield from _paired(passage, rates, fractions)


def _behind_counts(passage: Passage) -> Iterator[Clash]:
    """Rates in a list behind as many counts, "56 of 90 … 7 of 90 … (62.2% and 7.8%)", that their own does not give."""
    counted = [
        Fraction(int(k.value), int(n.value), k.start, n.end, f"{k.text} of {n.text}")
        for s in passage.sentences
        for k, n in pairs_of_counts(s)
        if n.value >= 20
    ]
    if not 2 <= len(counted) <= 6:
        return
    for run in _rate_lists(passage):
        before = [x for x in counted if x.end <= run[0].start]
        if not any(run[0].start <= x.start < run[-1].end for x in counted):
            yield from _paired(passage, run, before)


def _paired(passage: Passage, rates: Sequence[Number], fractions: Sequence[Fraction]) -> Iterator[Clash]:
    """Rates that differ from the fraction at their place, in two lists of one length of which half or more agree."""
    if len(rates) != len(fractions):
        return
    fits = [fraction.fits(rate) for rate, fraction in zip(rates, fractions, strict=True)]
    if sum(fits) * 2 < len(fits):
        return
    for rate, fraction, fit in zip(rates, fractions, fits, strict=True):
        if not fit:
            yield _clash(passage, rate.start, rate.end, fraction.against(rate))


def _rate_lists(passage: Passage) -> Iterator[list[Number]]:
    """Runs of rates that nothing but "and", "vs" or a comma parts."""
    for sentence in passage.sentences:
        run: list[Number] = []
        for number in _rates(sentence):
            if run and _LIST.fullmatch(sentence.between(run[-1].end, number.start)):
                run.append(number)
                continue
            if len(run) >= 2:
                yield run
            run = [number]
        if len(run) >= 2:
            yield run
