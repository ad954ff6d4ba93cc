"""The counts of a page as factors: what it counts, how often each question was asked, and what they multiply to."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from math import prod

from leakstats.records import struct

from ..document import Table
from ..regex import regex
from .grammar import Number
from .knowledge import Evidence
from .lexicon import TRIALS
from .names import index_of
from .passages import starts_of_sentences
from .word_numbers import SPELLED, may_spell_a_number, whole_number

__all__ = [
    "ASKED",
    "Factor",
    "asks",
    "draws",
    "factors_in",
    "factors_of_page",
    "factors_of_sentence",
    "makes",
]

_QUESTIONS = frozenset(["question", "prompt", "item", "premise", "problem", "task", "querie", "request", "instruction"])
_DRAWS = frozenset(
    ["time", "draw", "sample", "completion", "answer", "response", "replie", "generation", "repeat", "rollout", "run"]
)
_NO_FACTOR = frozenset(
    [
        *("layer", "depth", "block", "epoch", "step", "update", "row", "token", "hour", "parameter", "word", "gpu"),
        *("minute", "point", "line", "example", "bit", "character", "day", "week", "pp", "percent", "rank", "head"),
        *("figure", "table", "section", "coefficient", "test", "level", "panel", "decimal", "digit", "step", "pair"),
        *("new", "other", "case", "half", "third", "quarter", "value", "dot", "round", "page", "file", "card"),
    ]
)
"""What a number of trials is no multiple of."""
_LITTLE = frozenset(
    [
        "is",
        "was",
        "has",
        "this",
        "its",
        "us",
        "as",
        "less",
        "across",
        "thus",
        "plus",
        "minus",
        "does",
        "always",
        "gives",
    ]
)
"""Words on an "s" that are no plurals."""
_DIGITS = r"\d{1,3}(?:[,\u202f\u00a0\u2009]\d{3})*|\d{1,5}"
_OF_THINGS = (
    r"(?![\w.,]?\d|\s?%|[-–]\w)\s+"
    r"(?:of (?:the |these |our )?)?(?:[a-z][\w'’-]*\s+){0,2}?(?P<noun>[a-z][a-z-]*s)\b"
)
_STATED = regex(rf"\b(?<![.,#/-])(?P<value>{_DIGITS}|(?:an?|{SPELLED})[ -]dozen|{SPELLED}){_OF_THINGS}", re.IGNORECASE)
_STATED_IN_DIGITS = regex(rf"\b(?<![.,#/-])(?P<value>{_DIGITS}){_OF_THINGS}", re.IGNORECASE)
_LABELLED = regex(
    r"(?P<noun>[A-Za-z][a-z-]*s)(?: (?:per|for|a|an|each|in|of) [a-z ]{1,24})?\s*:\s*"
    r"(?P<value>\d{1,3}(?:,\d{3})*|\d{1,5})\b(?!\.\d|\s?%)"
)
_BARE_TIMES = regex(r"[a-z]\s?[×x]\s?(?P<b>\d{1,3})(?=\s*(?:times\b|[),;:=]|$))")
_BARE_RUN = regex(r"(?<![\w.,])(?P<a>\d{1,4})\s?[×x]\s?(?P<b>\d{1,3})(?=\s*(?:times\b|[),;=]|$))")
_TIMES = regex(r"[×x]\s?\d")
"""Without it a text holds neither of these two."""
_MADE = regex(r"\s*=\s*[\d,]+\s+(?:[a-z-]+\s+){0,2}?(?P<noun>[a-z]+s)\b", re.IGNORECASE)
_EACH_TIME = regex(
    r"\b(?<![.,#/-])(?P<value>\d{1,3}|[a-z]+)\s+(?:(?:of|to|for|from|per) (?:each|every|a|an|one)\b|each\b|apiece\b|"
    r"per (?:question|prompt|item)|times\b)",
    re.IGNORECASE,
)
_OF_EACH = regex(
    r"\s(?:(?:of|to|for|from|per) (?:each|every|a|an|one)\b|each\b|apiece\b|per (?:question|prompt|item)|times\b)",
    re.IGNORECASE,
)
"""Without it a text holds none of the former."""
_MOST_DRAWS = 64
"""More than these are trials, and no draws of one question."""


@struct
class Factor:
    """A count of things that the page states."""

    noun: str
    """Singular; ``*`` for how often each was drawn."""
    value: int
    start: int


ASKED = _QUESTIONS | {"*"}


def asks(counts: Sequence[Factor]) -> bool:
    """True if both questions and how often each was asked are among ``counts``."""
    nouns = {s.noun for s in counts}
    return "*" in nouns and bool(nouns & _QUESTIONS)


@lru_cache(maxsize=1024)  # two rules and the page's own list of counts ask for the same texts
def factors_in(text: str) -> tuple[Factor, ...]:
    """The counts of a text with what they count."""
    if len(text.split(None, 1)) < 2 and ":" not in text and _TIMES.search(text) is None:
        return ()  # a cell of one word or number counts nothing
    out = []
    for match in (_STATED if may_spell_a_number(text) else _STATED_IN_DIGITS).finditer(text):
        noun = match["noun"].lower().removesuffix("s")
        if match["noun"].lower() in _LITTLE or noun in _NO_FACTOR or noun.endswith("-hour"):
            continue
        value = whole_number(match["value"])
        if noun in _DRAWS and value > _MOST_DRAWS:
            continue  # a number of trials, and no factor of one
        out.append(Factor("*" if noun in _DRAWS else noun, value, match.start()))
    for match in _LABELLED.finditer(text) if ":" in text else ():
        noun = match["noun"].lower().removesuffix("s")
        value = whole_number(match["value"])
        if noun not in _NO_FACTOR and (noun not in _DRAWS or value <= _MOST_DRAWS):
            noun = "*" if noun in _DRAWS else noun
            out.append(Factor(noun, value, match.start("value")))
    times = _TIMES.search(text) is not None
    for match in _BARE_TIMES.finditer(text) if times else ():
        out.append(Factor("*", int(match["b"]), match.start("b")))
    for match in _BARE_RUN.finditer(text) if times else ():
        made = _MADE.match(text, match.end())
        if made is not None and regex(TRIALS, re.IGNORECASE).fullmatch(made["noun"]) is None:
            continue  # "4 × 6 = 24 networks"
        out += [Factor("question", int(match["a"]), match.start("a")), Factor("*", int(match["b"]), match.start("b"))]
    for match in _EACH_TIME.finditer(text) if _OF_EACH.search(text) else ():
        if whole_number(match["value"]) <= _MOST_DRAWS and not text[: match.start()].rstrip().endswith(("=", "≈", ":")):
            out.append(Factor("*", whole_number(match["value"]), match.start()))
    return tuple(s for s in dict.fromkeys(out) if s.value > 1)


def factors_of_page(evidence: Evidence) -> list[Factor]:
    """The counts of the whole page, and the numbers of rows of its tables."""
    if "stated counts" not in evidence.cache:
        found: dict[tuple[str, int], Factor] = {}
        for passage in evidence.passages:
            for stated in factors_in(passage.plain):
                found.setdefault((stated.noun, stated.value), stated)
        for block in evidence.document.blocks:
            if isinstance(block, Table):
                for cell in block.cells:
                    for stated in factors_in(cell.text.text):
                        found.setdefault((stated.noun, stated.value), stated)
        for sheet in evidence.sheets:
            things = {x for x in sheet.labels if x and not index_of(x)}
            for rows in (len(things), len(things) - 1):  # one of them may be the reference
                found.setdefault(("row", rows), Factor("row", rows, 0))
        evidence.cache["stated counts"] = [s for s in found.values() if s.value > 1]
    out: list[Factor] = evidence.cache["stated counts"]
    return out


def factors_of_sentence(plain: str, number: Number, counts: Sequence[Factor]) -> list[Factor]:
    """The counts of the sentence of a number."""
    stops = starts_of_sentences(plain)
    sentence = bisect_right(stops, number.start)
    return [s for s in counts if bisect_right(stops, s.start) == sentence]


def draws(text: str) -> frozenset[int]:
    """How often each question was asked, as a text states it."""
    return frozenset(s.value for s in factors_in(text) if s.noun == "*")


def makes(value: int, own: Sequence[Factor], others: Sequence[Factor], without: str, most: int) -> bool:
    """True if counts of distinct nouns, none of them ``without``, multiply to ``value``.

    At most ``most`` of them are ``others``.
    """
    mine = [f for f in own if value % f.value == 0 and not (without and _same(f.noun, without))]
    nouns = {f.noun for f in own}
    more = [
        f for f in others if f.noun not in nouns and value % f.value == 0 and not (without and _same(f.noun, without))
    ]
    for size in range(1, 5):
        for chosen in itertools.combinations(mine[:12], size):
            product = prod(f.value for f in chosen)
            if len({f.noun for f in chosen}) != size or value % product:
                continue
            if product == value or (most and any(product * f.value == value for f in more)):
                return True
            if most > 1 and any(
                product * f.value * g.value == value and f.noun != g.noun
                for f, g in itertools.combinations(more[:30], 2)
            ):
                return True
    return False


def _same(noun: str, other: str) -> bool:
    short = min(len(noun), len(other))
    return short > 3 and noun[:short] == other[:short]
