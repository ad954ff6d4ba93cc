"""How many things rise or fall from their first to their last value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.facts import Fact, Series

from ..regex import regex
from .fields import Asked, contrast_fields, p_series
from .grammar import Number
from .knowledge import LIKENESS, Evidence
from .lexicon import ROLE_WORDS, direction_words
from .names import words_of
from .wording import FEWER, FIRSTS, LASTS, MORE, NAMES_COEFFICIENT, OF_LIKENESS, OF_RATE, SIGNIFICANT

__all__ = ["keeps", "of_change", "of_points", "pairs_in_time"]


def keeps(value: float, bound: str, limit: float) -> bool:
    room = 1e-9
    if bound == "<":
        return value < limit - room
    if bound == "<=":
        return value <= limit + room
    if bound == ">":
        return value > limit + room
    return value >= limit - room


def pairs_in_time(evidence: Evidence, total: int) -> Iterator[tuple[Series, list[tuple[Fact, Fact]]]]:
    """Two fields of one measure, before and after: the first, and the values of the ``total`` things that have both."""
    plain = [s for s in evidence.all_series if not s.role and evidence.kind(s) not in ("size", "p", "spread")]
    firsts = [s for s in plain if _words(s) & FIRSTS or _index(s) == 0]
    lasts = [s for s in plain if _words(s) & LASTS]
    for origin in ("page", "data"):
        indexed = [s for s in plain if _index(s) > 0 and s.origin == origin]
        last = max(map(_index, indexed), default=0)
        lasts += [s for s in indexed if _index(s) == last]
    for a in firsts:
        for b in lasts:
            if a is b or a.origin != b.origin or a.fraction != b.fraction:
                continue
            mine, other = (frozenset(w for w in _words(x) - _JOINING if not w.isdigit()) for x in (a, b))
            if evidence.kind(a) == evidence.kind(b) == "similarity":
                mine, other = mine - LIKENESS, other - LIKENESS
            if not (mine - other <= FIRSTS and other - mine <= LASTS):
                continue
            both = {id(f): (f, b.facts[k]) for k, f in a.facts.items() if k in b.facts}
            if len(both) == total:
                yield a, list(both.values())


_JOINING = frozenset(["at", "in", "of", "the", "by", "on", "to", "value", "level", "point", "time"])


def _words(series: Series) -> frozenset[str]:
    """The words that tell fields apart: of the header without its point of time, or of the whole path."""
    if series.origin == "page":
        bare = _POINT.sub(" ", series.quantity)
        return words_of(bare)
    return series.words | words_of(series.quantity)


_POINT = regex(
    r"\b(?:at|in|of|the|by)\b|\b(?:epoch|ep|step|update|checkpoint|round|tick|turn|t|e)?\.?[\s_]*\d+\s*$|\([^()]*\)",
    re.IGNORECASE,
)


def _index(series: Series) -> int:
    """The point of time that a column of the page, or a field of the files, is about; -1 for none."""
    if series.origin == "data":
        match = _TIME_KEY.search(series.pointer)
    else:
        match = _TIME.search(series.quantity) if series.pointer.startswith("column") else None
    return int(match.group(1)) if match is not None else -1


_TIME_KEY = regex(r"(?<=[/,=_])(\d{1,6})(?:/[^/,*\d]*)?$")
_TIME = regex(
    r"(?:^|\b(?:epoch|ep|step|update|checkpoint|ckpt|round|tick|turn|t|e)\.?[\s_]*)(\d{1,6})\s*(?:\(%\))?$",
    re.IGNORECASE,
)


def of_change(evidence: Evidence, asked: Asked, series: list[Series]) -> set[int] | None:
    """ "rise", "finish higher than they began", "the likeness grows": from the first value to the last."""
    text = _USUAL.sub(" ", asked.text)
    signs = {
        d.sign for d in direction_words(text) if not d.polar and not re.match(r"\s*(?:\w+\s+)?than\b", text[d.end :])
    }
    nearing = _NEARING.search(text)
    if nearing is not None and not signs:
        signs = {1 if nearing["near"] else -1}
    if not signs:
        more, less = MORE.search(text) is not None, FEWER.search(text) is not None
        signs = {1} if more and not less else {-1} if less and not more else set()
        if signs and (re.search(r"\bthan\b", text) or not _COURSE.search(text)):
            return None
    if len(signs) != 1:
        return None
    if any(n.bound or n.role == "points" for n in asked.numbers):
        return None
    if _PARTLY.search(text) or any(n.startswith("#") for n in asked.names):
        return set()  # a part of the course
    sign = signs.pop()
    kinds = {
        kind
        for kind, pattern in (("similarity", OF_LIKENESS), ("rate", OF_RATE), ("coefficient", NAMES_COEFFICIENT))
        if pattern.search(text)
    }
    if nearing is not None:
        kinds = {"similarity"}
    nets = [s for s in series if s.role == "net" and any(f.value for f in s.distinct)]
    found: list[tuple[str, list[float]]] = [
        ("similarity" if s.words & LIKENESS or evidence.kind(s) == "similarity" else "rate" if s.fraction else "",
         [f.value for f in s.distinct])
        for s in nets
    ]  # fmt: skip
    found += [
        (evidence.kind(a), [y.value - x.value for x, y in both]) for a, both in pairs_in_time(evidence, asked.total)
    ]
    if not found:
        return None if not series else set()
    if len(kinds) == 1:
        only = [x for x in found if x[0] in kinds]
        found = only or found
    elif not kinds:
        rates = [x for x in found if x[0] == "rate"]
        found = rates or found
    tested = SIGNIFICANT.search(text) is not None
    out = set() if tested else {sum(v * sign > 0 for v in values) for _, values in found}
    for p in p_series(evidence, series, asked) if tested else ():  # changes that their test confirms
        changes = [s for s in (*nets, *contrast_fields(evidence, series)) if set(p.facts) <= set(s.facts)]
        out |= {sum(p.facts[k].value < 0.05 and s.facts[k].value * sign > 0 for k in set(p.facts)) for s in changes}
        out.add(sum(f.value < 0.05 for f in p.distinct))
    return out


_NEARING = regex(
    r"\b(?:(?P<near>clos(?:es|ed) in|approach(?:es|ed)?|(?:moves?|moved|gets?|got|comes?|came|draws?|drew|drifts?|"
    r"drifted) "
    r"(?:closer|nearer|near|towards?)|converg(?:e|es|ed))|(?:back(?:s|ed)?|moves?|moved|drifts?|drifted|turn(?:s|ed)?|"
    r"pull(?:s|ed)?) away|reced(?:e|es|ed)|diverg(?:e|es|ed))\b",
    re.IGNORECASE,
)
""" "The mason draws nearer to the baker": a likeness grows."""
_COURSE = regex(
    r"\b(?:start\w*|end\w*|train\w*|before|after|over|during|course|throughout|increas\w+|decreas\w+|gr[eo]w\w*|"
    r"r[io]se\w*|"
    r"declin\w+|improv\w+|drop\w*|f[ae]ll\w*|gain\w*|los\w+|shr[aiu]nk\w*|climb\w*|reduc\w+)\b",
    re.IGNORECASE,
)
_USUAL = regex(
    r"\b(?:below|under|above|over|beyond|past) (?:the |a |its )?(?:usual|conventional|customary|standard|"
    r"significance|chosen|"
    r"level|threshold|bar)\b",
    re.IGNORECASE,
)
_PARTLY = regex(
    r"\b(?:at first|initially|early|briefly|temporarily|until|then|later on|at some point|at one point|at any|ever|"
    r"halfway|midway|between|monoton\w*|steadily|every|each)\b",
    re.IGNORECASE,
)
_NO_RATE = frozenset(["cos", "cosine", "sim", "similarity", "loss", "distance", "norm", "overlap"])


def of_points(evidence: Evidence, asked: Asked, series: list[Series], number: Number) -> set[int]:
    """ "finish 6 points or more over where they began", by field of change or by two columns."""
    text = asked.sentence.text
    limit = number.value / 100
    nets = [
        s
        for s in series
        if s.role in ("net", "gain") and s.fraction and any(f.value for f in s.distinct) and not s.words & _NO_RATE
    ]
    wanted = "gain" if ROLE_WORDS["max"].search(text) and not ROLE_WORDS["last"].search(text) else "net"
    nets = [s for s in nets if s.role == wanted] or nets
    falls = any(d.sign < 0 for d in direction_words(asked.text)) and not any(
        d.sign > 0 for d in direction_words(asked.text)
    )
    sign = -1 if falls else 1
    out = {sum(keeps(f.value * sign, number.bound, limit) for f in s.distinct) for s in nets}
    for _, both in pairs_in_time(evidence, asked.total):
        if all(0 <= f.value <= 1 for pair in both for f in pair) and (both[0][0].low < both[0][0].high or not nets):
            lows = sum(keeps((b.low - a.high) * sign, number.bound, limit) for a, b in both)
            mids = sum(keeps((b.value - a.value) * sign, number.bound, limit) for a, b in both)
            highs = sum(keeps((b.high - a.low) * sign, number.bound, limit) for a, b in both)
            out |= set(range(min(lows, highs), max(lows, highs) + 1)) | {mids}
    return out
