"""One relation has one sign: a coefficient that the page states with the other one elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..regex import regex
from .correlations import Record, records
from .grammar import Number
from .knowledge import Clash, Evidence

__all__ = ["mirror_clashes"]


def mirror_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Coefficients that the page states with the other sign beside the same p and N."""
    found = [
        r
        for r in records(evidence)
        if r.coefficient is not None
        and r.p is not None
        and r.n is not None
        and not r.prior
        and not r.coefficient.bound
        and not r.carried
    ]
    for i, record in enumerate(found):
        c = record.coefficient
        if c is None or record.passage is None or abs(c.value) < 0.02 or c.decimals < 2:
            continue
        alike = [r for j, r in enumerate(found) if j != i and r.n == record.n and _same_p(r.p, record.p)]
        same = [r for r in alike if r.coefficient is not None and _meet(r.coefficient, c)]
        turned = [r for r in alike if r.coefficient is not None and _mirrors(r.coefficient, c)]
        in_table = [r for r in turned if r.passage is None]
        if not same and not in_table and len(turned) < 2:
            turned = [r for r in turned if _is_odd(evidence, record, r)] or _twins(evidence, record)
        by = turned[0].coefficient if turned and not same else None if same else _compared(evidence, record)
        if by is not None:
            said = by.text
            yield Clash(
                "record",
                record.place,
                f"the coefficient {c.text} with N = {record.n:,} is {said} elsewhere on the page, with the other sign",
                "give it one sign",
            )


def _meet(a: Number, b: Number) -> bool:
    """True if two coefficients may be one, whichever has more digits."""
    return a.low <= b.high and b.low <= a.high


def _mirrors(a: Number, b: Number) -> bool:
    """True if ``a`` with its sign turned prints as ``b``, whichever has more digits."""
    if abs(b.value) < 0.1:  # two small ones need not be one
        return a.allows(-b.value)
    return -a.high <= b.high and b.low <= -a.low


_OPPOSITE = regex(
    r"\b(?:distan\w+|dissimilar\w+|opposite\w*|revers\w+|invert\w*|flip\w*|mirror\w*|minus|against)\b", re.IGNORECASE
)


def _is_odd(evidence: Evidence, record: Record, other: Record) -> bool:
    """True if, of two records that differ in the sign alone, this one has the sign that the page's others have not."""
    p = record.p
    if p is None or p.bound or len(p.text.strip("0.").split("e")[0].replace(".", "")) < 2:
        return False
    return _has_odd_sign(evidence, record, other)


def _has_odd_sign(evidence: Evidence, record: Record, other: Record) -> bool:
    c = record.coefficient
    if c is None or _OPPOSITE.search(record.context) or _OPPOSITE.search(other.context):
        return False
    signs = [
        r.coefficient.value > 0
        for r in records(evidence)
        if r.coefficient is not None and not r.prior and r not in (record, other) and abs(r.coefficient.value) >= 0.1
    ]
    return len(signs) >= 2 and signs.count(c.value > 0) * 4 <= len(signs)


def _twins(evidence: Evidence, record: Record) -> list[Record]:
    """The other of a Spearman and a Pearson coefficient of one paragraph and one N, where its sign is the other one.

    Both are far from zero and alike in size: of one relation they cannot differ in sign, and the page's other
    coefficients say which of them is wrong.
    """
    c = record.coefficient
    if c is None or abs(c.value) < _FAR:
        return []
    out = []
    for other in records(evidence):
        d = other.coefficient
        if d is None or other is record or other.passage is not record.passage or other.n not in (None, record.n):
            continue
        unlike = {_method(record), _method(other)} == {"r", "ρ"}
        if unlike and abs(d.value) >= _FAR and c.value * d.value < 0 and abs(abs(c.value) - abs(d.value)) < 0.2:
            out.append(other)
    return [x for x in out if _has_odd_sign(evidence, record, x)] if len(out) == 1 else []


_FAR = 0.5
_SETS = regex(
    r"\bwith(?:out)?\b.*\bwith(?:out)?\b|"
    r"\b(?:includ|exclud|admit|admission|remov|omit|left out|leav\w+ out|add(?:ed|ing))",
    re.IGNORECASE | re.DOTALL,
)
_STRONGER = regex(
    r"\b(?:strong|weak|tight|loos|firm|slack|close|steep|sharp|faint|clear|poor|good|better|worse|steadi|soft)\w*\b[^.;]*\bthan\b",
    re.IGNORECASE,
)


def _compared(evidence: Evidence, record: Record) -> Number | None:
    """A coefficient of the other sign with whose strength the sentence compares this one: "tighter than …"."""
    c = record.coefficient
    if c is None or record.passage is None or abs(c.value) < _FAR:
        return None
    if not (_STRONGER.search(record.context) or _SETS.search(record.context)):
        return None
    inside = next((s for s in record.passage.sentences if c in s.numbers), None)
    others = [x for x in inside.numbers if x.role == "coefficient" and x is not c] if inside is not None else []
    if len(others) != 1 or others[0].label != c.label or abs(others[0].value) < _FAR or others[0].value * c.value > 0:
        return None
    return others[0] if _has_odd_sign(evidence, record, record) else None


def _method(record: Record) -> str:
    return record.coefficient.label if record.coefficient is not None else ""


def _same_p(a: Number | None, b: Number | None) -> bool:
    return a is not None and b is not None and a.bound == b.bound and a.low <= b.high and b.low <= a.high
