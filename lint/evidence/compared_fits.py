"""Two coefficients of one statement, over all things and over a part of them: "r = 0.85, compared with 0.77 before".

One of the two is what the files hold, and says which of them are compared; the other is no coefficient of theirs of
that kind, but a slip of the pen of one, or another statistic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..regex import regex
from .claims import PRIOR, own_passages
from .correlations import records
from .grammar import Number
from .idioms import spans
from .knowledge import Clash, Evidence
from .methods import is_of_label, method_in
from .passages import Passage
from .slips import slip_of
from .triples import Triple

__all__ = ["compared_fit_clashes"]

_COMPARED = regex(
    r"\b(?:with(?:out)?|befor\w*|after\w*|add\w*|inclu\w+|exclu\w+|leav\w+|left|drop\w*|remov\w*|alone|join\w*|"
    r"arriv\w*|original\w*|older|newcomers?|extra|all|compared|against|instead of|in place of|from|count\w*)\b",
    re.IGNORECASE,
)


def compared_fit_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Coefficients beside one over more or fewer things that are none of those that the files hold."""
    if not any(t.n is not None for t in evidence.triples):
        return
    by_size = {label: _by_size(evidence, label) for label in ("r", "ρ")}
    with_p = {id(r.coefficient) for r in records(evidence) if r.p is not None}
    for passage in own_passages(evidence):
        pair = _pair_of(passage)
        if pair is None or all(id(x) in with_p for x in pair):
            continue
        a, b = pair
        parts, wholes = by_size[_statistic(passage, a, b)]
        wholes = _main_ones(evidence, passage, wholes)
        if not parts or not wholes or _fits(a, parts, b, wholes) or _fits(b, parts, a, wholes):
            continue
        for right, wrong in ((a, b), (b, a)):
            meant: Sequence[Triple] = wholes if _is_one(right, parts) else parts if _is_one(right, wholes[:1]) else ()
            if not meant or (_is_one(right, parts) and _is_one(right, wholes)) or id(wrong) in with_p:
                continue
            if _is_earlier(passage, wrong) or (_is_earlier(passage, right) and id(right) not in with_p):
                continue
            if id(right) in with_p and wrong.role != "coefficient":
                continue  # "Ghent has an overlap of 0.98; without it r = 0.95 (p = 2e-6)"
            meant = meant if id(right) in with_p else _of_size(passage, meant)
            slips = [t for t in meant if slip_of(wrong, t.coefficient.value)]
            stale = any(wrong.allows(t.coefficient.value) for t in evidence.triples)
            lone = len({round(t.coefficient.value, 6) for t in meant}) == 1
            if (slips or (stale and lone)) and not _is_elsewhere(evidence, wrong):
                held = (slips or meant)[0].coefficient
                yield Clash(
                    "value",
                    passage.place(wrong.start, wrong.end),
                    f"{wrong.text} is no coefficient to compare with {right.text}, which the results hold beside "
                    f"{held.value:.4g} ({held.pointer})",
                    "correct the number, or say where it comes from",
                )
                break


def _pair_of(passage: Passage) -> tuple[Number, Number] | None:
    """The two coefficients of a statement of one or two sentences, of which one at least is called so."""
    found = [
        x
        for x in passage.numbers
        if x.role in ("coefficient", "value") and x.decimals >= 2 and abs(x.value) < 1 and not x.bound and not x.unit
    ]
    if len(found) > _PAIR:  # "its likeness is −0.31; without it r goes from 0.70 to 0.85"
        ends = [
            s.right for t in passage.sentences for s in spans(t) if s.left.role == "coefficient" and s.kind != "range"
        ]
        found = [x for x in found if x.role == "coefficient" or any(x is y for y in ends)]
    if len(found) != _PAIR or not (any(x.label in ("r", "ρ") for x in found) or _COEFFICIENT.search(passage.plain)):
        return None
    a, b = found
    if {a.label, b.label} == {"r", "ρ"} or b.start - a.end > _FARTHEST:
        return None
    said = _sentences_of(passage, a, b)
    return (a, b) if _COMPARED.search(said) or PRIOR.search(said) else None


def _sentences_of(passage: Passage, *numbers: Number) -> str:
    """The text of the sentences in which numbers stand, and of those between."""
    around = [s for s in passage.sentences if any(s.start <= x.start < s.end for x in numbers)]
    return passage.plain[around[0].start : around[-1].end] if around else ""


def _is_earlier(passage: Passage, number: Number) -> bool:
    """True where the sentence of a number speaks of earlier work, but not right in front of another coefficient.

    "r = 0.83; previously r = 0.61" says of which of the two it is.
    """
    text = _sentences_of(passage, number)
    said = list(PRIOR.finditer(text))
    if not said:
        return False
    home = next(s for s in passage.sentences if s.start <= number.start < s.end)
    others = [x for x in home.numbers if x is not number and x.role in ("coefficient", "value")]
    return not all(
        any(
            home.start + m.end() <= x.at and _RIGHT_BEFORE.fullmatch(home.between(home.start + m.end(), x.at))
            for x in others
        )
        for m in said
    )


_RIGHT_BEFORE = regex(r"\w*\s*[,:(]?\s*(?:(?:it|this|that)\s+)?(?:was\s+|had\s+|were\s+)?")


_PAIR = 2
_FARTHEST = 120
"""Characters between two coefficients that are still compared with each other."""


_COEFFICIENT = regex(r"\b(?:Pearson|Spearman|correlation|coefficient)\b")


def _statistic(passage: Passage, a: Number, b: Number) -> str:
    """``r`` or ``ρ``, by the label of either or by its name; ``r`` where none is said."""
    labels = [x.label for x in (a, b) if x.label in ("r", "ρ")]
    return labels[0] if labels else method_in(passage.plain) or "r"


def _main_ones(evidence: Evidence, passage: Passage, wholes: list[Triple]) -> list[Triple]:
    """The one that the page states with its p and without a layer, where the passage names none either; else all."""
    if any(m.name.startswith("#") for m in passage.names):
        return wholes
    said = [
        r.coefficient
        for r in records(evidence)
        if r.passage is not None and r.p is not None and not r.prior
        if not any(m.name.startswith("#") for m in r.passage.names)
    ]
    main = [t for t in wholes if any(c is not None and c.allows(t.coefficient.value) for c in said)]
    return main if len({round(t.coefficient.value, 6) for t in main}) == 1 else wholes


def _by_size(evidence: Evidence, label: str) -> tuple[list[Triple], list[Triple]]:
    """The coefficients of the files over fewer things than there are, and those over all."""
    sized = [t for t in evidence.triples if t.n is not None and is_of_label(t, label)]
    most = max((t.n or 0 for t in sized), default=0)
    wholes = [t for t in sized if t.n == most]
    return [t for t in sized if 0.5 * most <= (t.n or 0) < most], sorted(
        wholes, key=lambda t: -abs(t.coefficient.value)
    )


def _is_one(number: Number, triples: list[Triple]) -> bool:
    return any(number.allows(t.coefficient.value) for t in triples)


def _of_size(passage: Passage, meant: Sequence[Triple]) -> Sequence[Triple]:
    """Those of the one N that a passage states, if any are."""
    sizes = {int(x.value) for x in passage.numbers if x.role == "n" and x.label == "N" and x.decimals <= 0}
    return [t for t in meant if t.n in sizes] or meant if len(sizes) == 1 else meant


def _fits(part: Number, parts: list[Triple], whole: Number, wholes: list[Triple]) -> bool:
    return _is_one(part, parts) and _is_one(whole, wholes)


def _is_elsewhere(evidence: Evidence, number: Number) -> bool:
    """True if the page states the coefficient a second time, with a p, and not under the other method's label."""
    said = (r.coefficient for r in records(evidence) if r.coefficient is not None and r.p is not None)
    return any(c.text == number.text and {c.label, number.label} != {"r", "ρ"} for c in said)
