"""The changes that an extreme may be one of: "the largest drop", "rises most", "Largest: a, from 0.2 to 0.5"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from leakstats.facts import Fact, Series

from ..regex import regex
from .fields import mentions
from .idioms import spans
from .kinds import is_of_change
from .knowledge import Evidence
from .lexicon import direction_words
from .names import Mention
from .passages import Sentence

__all__ = [
    "ACTS",
    "CHANGE",
    "OF_DEGREE",
    "OF_MERIT",
    "change_of",
    "changes",
    "is_of_verb",
    "overlaps",
    "ratios",
    "stated_move",
]

CHANGE = regex(
    r"\b(?P<down>drop|fall|fell|declin|decreas|los[ste]|reduc|shrink|shrank)?(?P<up>gain|ris[ei]|rose|increas|"
    r"improv|grow|"
    r"grew|jump|climb|profit)?(?P<any>chang|suffer|shift|mov|swing|differ|effect|net|gap|spread|benefit|respon|vari|vary|"
    r"sensitiv|robust|stab|depend|affect)?\w*\b",
    re.IGNORECASE,
)


def change_of(sentence: Sentence, start: int, end: int) -> str | None:
    """``up``, ``down`` or ``any`` where the extreme is one of a change ("changes most", "the largest drop")."""
    before = regex(r"(\w+)\s+(?:the\s+|by the\s+|far the\s+)*$").search(
        sentence.between(max(sentence.start, start - 30), start)
    )
    after = regex(r"\s+(?:[a-z-]+\s+)?(\w+)(?:\s+(\w+))?").match(sentence.between(end, end + 40))
    words = [before.group(1)] if before else []
    if end - start > 12:  # "nobody gains more than"
        words += regex(r"\w+").findall(sentence.between(start, end))
    if after is not None:
        words += regex(r"\w+").findall(after.group(0))[:2]
    for text in words:
        hit = CHANGE.fullmatch(text)
        if hit is not None and hit.lastgroup is not None:
            return "down" if hit["down"] else "up" if hit["up"] else "any"
    return None


def stated_move(sentence: Sentence, end: int, holder: Mention) -> tuple[float, float] | None:
    """The change that a sentence states behind an extreme and its holder, as a move or in points."""
    behind = next((n for n in sentence.numbers if n.start >= max(end, holder.end)), None)
    if behind is not None and behind.role == "points" and not behind.bound:
        between = sentence.between(max(end, holder.end), behind.start)
        if regex(r"[`\"'*]*\s*(?:[:,(=—–-]|by|with|at|of|is|gains?|loses?)*\s*\(?").fullmatch(between):
            return behind.scaled()
    for span in spans(sentence):
        if span.start >= max(end, holder.end) and span.kind != "range" and span.left.role == span.right.role:
            (a, b), (c, d) = span.left.scaled(), span.right.scaled()
            between = sentence.between(max(end, holder.end), span.start)
            return (c - b, d - a) if len(between) < 30 and not regex(r"[;.]\s").search(between) else None
    return None


def overlaps(fact: Fact, low: float, high: float) -> bool:
    """True if a change may be the one between ``low`` and ``high``, whichever was taken from the other."""
    return (fact.low <= high + 1e-9 and low <= fact.high + 1e-9) or (
        fact.low <= -low + 1e-9 and -high <= fact.high + 1e-9
    )


def changes(
    evidence: Evidence, holder: Mention, candidates: list[tuple[Series, Fact]], text: str
) -> list[tuple[Series, Fact]]:
    """The changes that are known: fields and columns of changes, and the differences of two columns of rates.

    Of three columns and more those alone between which a ``text`` says that the change is.
    """
    out = [(s, f) for s, f in candidates if is_of_change(s)]
    rates = _rates(evidence, candidates)
    for origin in ("page", "data"):
        group = [s for s in rates if s.origin == origin]
        at = mentions(text.lower(), group) if len(group) > 2 else []
        said = [s for s, i in zip(group, at, strict=False) if i]
        if len(said) == 2:
            out, rates = [], [s for s in rates if s.origin != origin or any(s is x for x in said)]
    for a, b in itertools.combinations(rates[:12], 2):
        shared = [n for n in a.facts if n in b.facts]
        if a.origin != b.origin or len(shared) < 3:
            continue
        facts = _joined(a, b, shared, "change", lambda x, y: (y.low - x.high, y.high - x.low))
        made = Series("change", frozenset(), facts, True, a.origin, f"{b.pointer} minus {a.pointer}", "net")
        out.append((made, facts[holder.name]))
    return out


def ratios(evidence: Evidence, holder: Mention, candidates: list[tuple[Series, Fact]]) -> list[tuple[Series, Fact]]:
    """How many times one column of rates is the other, for every pair of them."""
    out = []
    for a, b in itertools.combinations(_rates(evidence, candidates)[:12], 2):
        shared = [n for n in a.facts if n in b.facts and a.facts[n].low > 0 and b.facts[n].low > 0]
        if a.origin != b.origin or len(shared) < 3 or holder.name not in shared:
            continue
        facts = _joined(a, b, shared, "ratio", lambda x, y: (y.low / x.high, y.high / x.low))
        made = Series("ratio", frozenset(), facts, False, a.origin, f"{b.pointer} over {a.pointer}", "net")
        out.append((made, facts[holder.name]))
    return out


def _joined(
    a: Series, b: Series, shared: list[str], quantity: str, join: Callable[[Fact, Fact], tuple[float, float]]
) -> dict[str, Fact]:
    """One fact of two of each thing, under all of its names."""
    made = {id(a.facts[n]): Fact(quantity, a.facts[n].entities, *join(a.facts[n], b.facts[n]), "") for n in shared}
    return {n: made[id(a.facts[n])] for n in shared}


def _rates(evidence: Evidence, candidates: list[tuple[Series, Fact]]) -> list[Series]:
    return [s for s, _ in candidates if s.fraction and not s.role and evidence.kind(s) in ("rate", "")]


def is_of_verb(lead: str, after: str) -> bool:
    """True for a bare "most" whose verb of direction stands earlier in its clause."""
    clause = regex(r"[;:(]|\.\s").split(lead)[-1]
    return regex(r"\s*(?:for|in|under|with|at|by|of all)\b").match(after) is not None and any(
        not w.polar for w in direction_words(clause)
    )


ACTS = regex(
    r"\b(?:works?|worked|helps?|helped|acts?|acted|bites?|pays?|paid|takes effect|succeeds?|matters?|mattered|hurts?|"
    r"counts?)"
    r"\b(?:(?! (?:as|out to)\b)[^.;:\d]){0,60}$",
    re.IGNORECASE,
)


OF_DEGREE = frozenset(["most", "least"])
"""Of a change, its size or its good direction."""


OF_MERIT = frozenset(["best", "worst"])
"""Which end is meant depends on what is good."""
