"""Totals of trials against every product of the counts that the page states, no thing counted twice."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

from ..regex import regex
from .equal_parts import equal_part_clashes
from .factors import ASKED, Factor, asks, factors_in, factors_of_page, factors_of_sentence, makes
from .grammar import Number
from .knowledge import Clash, Evidence
from .lexicon import TRIALS
from .part_sizes import is_total_of_parts
from .total_texts import IN_ALL, LOST, is_factor, is_made, with_totals, wrong_total
from .word_numbers import SPELLED, whole_number

__all__ = ["total_clashes"]


class _Counts(NamedTuple):
    """What a text counts."""

    own: tuple[Factor, ...]
    numbers: Sequence[Number]
    each: frozenset[int]
    """Trials of one thing, "150 replies from each"."""

    @property
    def nouns(self) -> set[str]:
        """What is counted."""
        return {s.noun for s in self.own}

    @property
    def whole(self) -> bool:
        """Questions and how often each was asked are both among them."""
        return asks(self.own)

    @property
    def most(self) -> int:
        """How many factors of a total may stand elsewhere on the page."""
        return 2 if not self.whole else 0 if self.nouns - ASKED else 1


def total_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Totals of trials that no counts of the page make."""
    for stretch in with_totals(evidence):
        text, plain = stretch.text, stretch.plain
        yield from equal_part_clashes(evidence, text, plain)
        own = factors_in(plain)
        if not own or _VARYING.search(plain):
            continue  # sizes that differ make a sum, and no product
        numbers = stretch.numbers
        counts = _Counts(own, numbers, frozenset(int(n.value) for n in numbers if _is_size(plain, n)))
        if (len(counts.nouns) < 2 and not _SO_MANY.search(plain)) or not any(map(_may_total, numbers)):
            continue
        for number in _wrong_totals(evidence, plain, counts):
            why = f"{number.text} is no product of the counts that the page states"
            yield wrong_total(evidence, text, number.start, number.end, why)


def _wrong_totals(evidence: Evidence, plain: str, counts: _Counts) -> Iterator[Number]:
    """The totals of a text that none of its counts and none of the page's make."""
    several_sizes = len({n.value for n in counts.numbers if n.role == "n" and n.label == "n"}) > 1
    first = True
    for number in counts.numbers:
        without = _scope(plain, number)
        if without is None or (number.role == "n" and (several_sizes or not counts.whole)):
            continue
        if is_made(plain, number):
            first = False  # the total behind it is of other factors too
            continue
        if LOST.search(plain[max(0, number.start - 100) : number.end + 100]):
            continue
        value = int(number.value)
        own_asks = asks(factors_of_sentence(plain, number, counts.own))
        if value in counts.each and not (counts.whole and own_asks):
            continue  # "150 replies from each" is a factor of what follows; its own factors stand elsewhere
        beside = _bracket(plain, number, counts.own)
        said = _SO.search(plain[max(0, number.at - 40) : number.at]) is not None
        if beside is None and _is_count(number, counts, said=said):
            continue
        before = [s for s in counts.own if s.start < number.start]
        if beside is not None:
            fits = value == beside
        elif counts.whole and without and first and said and asks(before):
            fits = makes(value, counts.own, (), without, 0)
        else:
            fits = _is_product(evidence, value, counts)
        first = False
        fits = fits or (beside is None and is_total_of_parts(evidence, value, plain, counts.own, counts.numbers))
        # a total of which the factors stand elsewhere may be of counts that nobody wrote down
        that = _THAT_MAKES.search(plain, max(0, number.at - 32), number.at) is not None
        written = beside is not None or own_asks or bool(counts.each - {value}) or that
        if not fits and written and not _is_shared_out(plain, number) and not _is_summed(plain, number, counts.numbers):
            yield number


def _is_count(number: Number, counts: _Counts, *, said: bool) -> bool:
    """True for one of the counts itself, or one too small to be made of them."""
    if any(s.start == number.start and s.value == int(number.value) for s in counts.own):
        return True
    largest = max((s.value for s in counts.own if s.noun in ASKED), default=0)
    return number.value <= largest and not (said and counts.whole)


def _is_product(evidence: Evidence, value: int, counts: _Counts) -> bool:
    """True if counts of the text and of the page, or the trials of one thing and a number of things, make a value."""
    page = factors_of_page(evidence)
    if makes(value, counts.own, page, "", counts.most):
        return True
    if not counts.most and makes(value, counts.own, [s for s in page if s.noun == "row"], "", 1):
        return True
    things = [s for s in counts.own if s.noun not in ASKED]
    return any(value % n == 0 and makes(value // n, things, page, "", 1) for n in counts.each - {value})


_VARYING = regex(
    r"\b\d[\d,]*\s*(?:to|–|-|—|and)\s*\d[\d,]*\s+(?:[a-z]+\s+)?(?:questions?|prompts?|samples?|answers?|completions?|"
    r"responses?|replies|items?|trials?|requests?|lines?|draws?)\b",
    re.IGNORECASE,
)


_SO_MANY = regex(rf"\b(?:so|hence|thus|=|makes?|i\.e\.)\s+\d[\d,\u202f\u2009\u00a0 ]*\s*{TRIALS}\b", re.IGNORECASE)


_THAT_MAKES = regex(
    r"\b(?:that|this|which|it)\s+(?:makes?|gives?|yields?|is|comes? to|amounts? to)\s+(?:a total of )?$", re.IGNORECASE
)


_SHARED_OUT = regex(
    rf"[^.;:()]{{1,60}}?[,(:]\s*(?P<a>\d[\d,]*)\s+(?:[a-z-]+\s+){{0,2}}?(?:for|in|per|from|to|of|on)\s+"
    rf"(?:(?:each|every|all)\s+(?:of\s+)?)?(?:the\s+)?(?P<b>\d{{1,4}}|{SPELLED})\b",
    re.IGNORECASE,
)


def _is_shared_out(plain: str, number: Number) -> bool:
    """True for "60 loaves, 20 for each of 3 shops": the words behind a total say of what it is made."""
    found = _SHARED_OUT.match(plain, number.end)
    return found is not None and whole_number(found["a"]) * whole_number(found["b"]) == number.value


_PLUS = regex(r"\b(?:and|plus)\b|\+")


def _is_summed(plain: str, number: Number, numbers: Sequence[Number]) -> bool:
    """True for "3 mills with 40 sacks and 2 with 30, hence 180": a sum of products of the same sentence."""
    start = plain.rfind(". ", 0, number.start) + 1
    said = [int(n.value) for n in numbers if start <= n.start < number.start and n.decimals <= 0 and n.value >= 1]
    if len(said) < 4 or len(said) > _MOST_SUMMED or not _PLUS.search(plain, start, number.start):
        return False
    made = [(a * b, {i, j}) for (i, a), (j, b) in itertools.combinations(enumerate(said), 2)]
    return any(x + y == number.value and not p & q for (x, p), (y, q) in itertools.combinations(made, 2))


_MOST_SUMMED = 12


_OPENS = r"\s*(?:(?:were|was|are|have been)\s+(?:[a-z]+ly\s+)?[a-z]+(?:ed|en|wn)\s+)?\("
""" "900 answers (…", "900 answers were read (…"."""


def _bracket(plain: str, number: Number, own: Sequence[Factor]) -> int | None:
    """What "144 completions (24 questions, 5 of each)" makes; ``None`` without such brackets."""
    opened = regex(rf"\s+(?:[a-z-]+\s+)?{TRIALS}{_OPENS}", re.IGNORECASE).match(plain[number.end :])
    if opened is None:
        return None
    start = number.end + opened.end()
    end = plain.find(")", start)
    inside = [s for s in own if start <= s.start < end]
    if len(inside) != 2 or not asks(inside) or len(regex(r"\d+").findall(plain[start:end])) > 2:
        return None
    return prod(s.value for s in inside)


def _scope(plain: str, number: Number) -> str | None:
    """What a total is stated for ("" for all); ``None`` for what is no total of trials."""
    if not _may_total(number) or is_factor(plain, number):
        return None
    if number.role not in ("count", "n") and number.label != "year":
        return None
    if number.role == "n" and number.label != "n":
        return None
    after = plain[number.end :]
    noun = regex(rf"\s+(?:[a-z-]+\s+){{0,1}}?{TRIALS}\b", re.IGNORECASE).match(after)
    called = _CALLED.search(plain[max(0, number.at - 60) : number.at])
    if called is not None and regex(r"\b(?:pairs|cells|rows|points|marks|dots|readings)\b").search(called.string[-40:]):
        return None
    if called is not None and number.role == "count":
        return (called["noun"] or "").lower().removesuffix("s")
    if number.role == "count" and _CALLED_TOTAL.search(plain[max(0, number.at - 60) : number.at]):
        return ""
    if noun is None and number.role == "count" and _ALSO_PER.search(plain[max(0, number.start - 60) : number.start]):
        per = _PER.match(after)
        return (per["noun"] or "").lower().removesuffix("s") if per is not None else None
    if number.role == "n":
        tail = after
    elif noun is not None:
        tail = after[noun.end() :]
    else:
        tail = after
    per = _PER.match(tail)
    whole = IN_ALL.match(tail)
    said = _SO.search(plain[max(0, number.at - 40) : number.at]) is not None
    if noun is None and number.role != "n" and not (said and (per or whole)) and whole is None:
        return None
    opened = noun is not None and regex(_OPENS, re.IGNORECASE).match(tail) is not None
    if per is None and whole is None and not said and number.role != "n" and not opened:
        return None
    return (per["noun"] or "").lower().removesuffix("s") if per is not None else ""


_PER = regex(
    r"\s*(?:(?:were|was|are|is|being)\s+(?:\w+\s+)?)?(?:per|(?:available )?(?:for|in|under|of|from|to) "
    r"(?:a|an|each|every|one|any)|by|a|an|each)\b\s*(?:[a-z-]+\s+)??(?P<noun>[a-z][a-z-]*)?\b",
    re.IGNORECASE,
)


_SO = regex(
    r"\b(?:so that|so|hence|thus|therefore|for a total of|which (?:makes?|gives?|yields?|means?|amounts? to|comes? to)|"
    r"giving|yielding|making|totall?ing|i\.e\.|that is|that makes|gives?|makes?|yields?|equals?|amounts? to|"
    r"comes? to|and)\s+"
    r"(?:a total of |n = )?$|[=(]\s*$",
    re.IGNORECASE,
)


_ALSO_PER = regex(rf"{TRIALS}\s+(?:per|an?|each|every)\s+[a-z]+,?\s+(?:and\s+|or\s+|so\s+|hence\s+)?$", re.IGNORECASE)
"""In front of the second number of "180 replies per pair, 7,560 per source"."""


_CALLED_TOTAL = regex(
    r"\btotal\b(?:\s+(?:over|for|across|of)\s+(?:the |all )?[\w-]+(?:\s[a-z-]+){0,2})?\s+"
    r"(?:is|was|comes to|came to|amounts to|reaches)\s+$",
    re.IGNORECASE,
)


_CALLED = regex(
    rf"(?:\b(?:total|in all|altogether|overall|all told)|\b{TRIALS} (?:per|for (?:a|an|each|every)|a|an|each|in each) "
    r"(?P<noun>[a-z]+))\s*:\s*$",
    re.IGNORECASE,
)
""" "Total: 1,860", "lines for each kiln: 310"."""


def _may_total(number: Number) -> bool:
    return not (number.decimals > 0 or number.bound or number.value < 20 or number.signed)


def _is_size(plain: str, number: Number) -> bool:
    """True for the trials of one thing: "150 replies from each"."""
    if not _may_total(number) or number.role not in ("count", "n"):
        return False
    noun = regex(rf"\s+(?:[a-z-]+\s+)?{TRIALS}\b", re.IGNORECASE).match(plain[number.end :])
    return noun is not None and _PER.match(plain[number.end + noun.end() :]) is not None
