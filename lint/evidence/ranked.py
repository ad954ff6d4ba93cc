"""The fields and columns in which a superlative can have its place."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

from leakstats.facts import Fact, Series
from leakstats.records import replace

from ..regex import regex
from .extreme_words import Extreme, between, said_behind
from .fields import COMMON, by_role, mentions
from .idioms import spans
from .kinds import LIKENESS
from .knowledge import Evidence
from .lexicon import ROLE_WORDS
from .names import fold_name, stem, words_of
from .passages import Sentence
from .ranges import members
from .shifts import CHANGE
from .subsets import no_rivals, parts_of
from .wording import CHANGES, NAMES_COEFFICIENT, RATE_NOUNS

__all__ = ["Ranked", "in_states", "known_of_holder", "meant", "of_quantity", "within_part"]


Ranked = tuple[Series, Fact]
"""A field or a column, and what it holds of the holder."""


class Known(NamedTuple):
    """What is known of the holder of an extreme, among rivals."""

    fields: list[Ranked]
    of_one: bool
    """The words name one column, which is not averaged with others."""


def known_of_holder(evidence: Evidence, extreme: Extreme) -> Known | None:
    """The fields and columns that hold the holder and others; ``None`` where the words name several."""
    sentence, holder = extreme.sentence, extreme.holder
    after = sentence.between(extreme.end, extreme.end + 40)
    counted = regex(r"\bof (?:the |all |our )*(\d+)\b(?![.,]\d|\s?%)").search(after)
    fields = [
        (s, s.facts[holder.name])
        for s in evidence.series_of(holder.name)
        if len(members(s)) >= 3
        and s.role not in ("interval", "at", "second")
        and evidence.kind(s) not in (("size", "p") if extreme.spread else ("size", "p", "spread"))
        # a number of trials has no extreme to speak of, unless its column is named
        and (s.fraction or not s.whole or s.role in ("net", "gain") or _is_named(s, extreme.clause))
        and "/levels/" not in s.pointer  # the names of a factor's levels are no measurements
        and not _is_record(s)
        and (counted is None or len(members(s)) - int(counted.group(1)) in (0, 1))  # one more may be a reference
    ]
    of_one = False
    if holder.name.startswith("#"):
        named = {m.name for m in sentence.passage.names if not m.name.startswith("#")} & evidence.spoken
        own = [(s, f) for s, f in fields if named & f.entities]
        told = _told_near(extreme, fields)
        of_one = bool(named) or told is not fields
        fields = own if named else told
        if named and len({frozenset(named & f.entities) for _, f in own}) != 1:
            return None
    others = _beside_holder(extreme)
    states = {o for o in others if any(_is_about(s, f, o) for s, f in fields)}
    fields = [
        (s, f)
        for s, f in fields
        if all(o in s.facts for o in others - states)
        and (not states or any(o in s.facts or _is_about(s, f, o) for o in states))
    ]
    return Known(fields, of_one)


def _beside_holder(extreme: Extreme) -> set[str]:
    """The other names of the extreme's clause: a thing in one of several settings is no holder over all."""
    first, last = _bounds(extreme)
    return {m.name for m in extreme.sentence.names if first <= m.start < last and m.name != extreme.holder.name}


def _bounds(extreme: Extreme) -> tuple[int, int]:
    """Where the clause with an extreme and its holder begins and ends."""
    sentence, holder = extreme.sentence, extreme.holder
    left, right = min(extreme.start, holder.start), max(extreme.end, holder.end)
    cuts = [sentence.start + m.start() for m in _CLAUSE.finditer(sentence.text)]
    first = max((c for c in cuts if c < left), default=sentence.start)
    return first, min((c for c in cuts if c >= right), default=sentence.end)


_CLAUSE = regex(r"[,;:.()]|\b(?:and|but|while|whereas|though|although|with)\b", re.IGNORECASE)


def _is_about(series: Series, fact: Fact, name: str) -> bool:
    """True for a field of that arm or measure: the column "Plain", the values below ``plain``."""
    if name.startswith("#"):
        return False
    return name in fact.entities or name == fold_name(series.quantity) or name in series.words


def _is_named(series: Series, text: str) -> bool:
    """True if a text has every word of a column's header."""
    own = words_of(series.quantity)
    return bool(own) and own <= words_of(text)


def _is_record(series: Series) -> bool:
    """True for the k, the n and the rate of one thing, which are no rivals."""
    values = [f.value for f in members(series)] if series.origin == "data" and not series.fraction else []
    if not 3 <= len(values) <= 12:
        return False
    whole = [v for v in values if v > 1 and v == int(v)]
    return any(abs(a / b - v) < 1e-5 for v in values if 0 < v < 1 for a, b in itertools.permutations(whole, 2))


def _told_near(extreme: Extreme, fields: list[Ranked]) -> list[Ranked]:
    """Those that the clause of an extreme names, by a word of one header or of several; else the sentence."""
    if extreme.change is None:
        near = extreme.sentence.between(*_bounds(extreme))
        told = _told(near, fields)
        if told is not fields:
            return told
        said = {stem(w) for w in words_of(near) - COMMON}
        alike = [(s, f) for s, f in fields if said & {stem(w) for w in words_of(s.quantity) - COMMON}]
        if alike:
            return alike
    return _told(extreme.sentence.text, fields)


def _told(text: str, candidates: list[Ranked]) -> list[Ranked]:
    """Those whose columns a text names by a word of their headers; all of them where it names none."""
    out = []
    for origin in ("page", "data"):
        group = [(s, f) for s, f in candidates if s.origin == origin]
        at = mentions(text.lower(), [s for s, _ in group])
        out += [x for x, found in zip(group, at, strict=True) if found]
    return out or candidates


def _subject(evidence: Evidence, sentence: Sentence, start: int) -> frozenset[str]:
    """The quantity of which an extreme is said, "Selectivity is greatest at"; empty for a general one, or a thing."""
    hit = _SUBJECT.search(sentence.between(sentence.start, start))
    change = CHANGE.fullmatch(hit["noun"]) if hit is not None else None
    if hit is None or (change is not None and change.lastgroup is not None):
        return frozenset()
    noun = words_of(hit["noun"])
    at = sentence.start + hit.end("noun")
    if not noun & evidence.quantities and any(m.start < at <= m.end for m in sentence.names):
        return frozenset()
    return frozenset(map(stem, noun - (_COEFFICIENTS | RATE_NOUNS | _ROLES | LIKENESS | _BLAND | CHANGES)))


_SUBJECT = regex(
    r"(?:^|[;:.,]\s)\W*(?:and |but |the |its |their )?(?P<noun>[A-Za-z][a-z]{4,})(?: (?:itself|alone))? "
    r"(?:is|are|was|were|is found|lies|comes out|turns out) (?:the )?$"
)


def of_quantity(evidence: Evidence, extreme: Extreme, fields: list[Ranked]) -> list[Ranked]:
    """Those of the quantity that the sentence, or the superlative itself, is about."""
    sentence = extreme.sentence
    subject = _subject(evidence, sentence, extreme.start)
    if subject:
        fields = [(s, f) for s, f in fields if subject & {stem(w) for w in words_of(s.quantity) | s.words}]
    behind = _QUANTITY.match(sentence.text, extreme.word.end)
    if behind is not None and behind["role"]:  # "third-lowest peak", whatever value stands behind it
        pattern = ROLE_WORDS["max" if behind["role"][0] in "pPmM" else "first"]
        role = "max" if behind["role"][0] in "pPmM" else "first"
        fields = [(s, f) for s, f in fields if s.role == role or pattern.search(s.quantity)]
    kinds = []
    if behind is not None and not behind["role"]:  # "the largest ρ"
        kinds.append("coefficient")
    if extreme.word.strength and _follows_coefficients(sentence):
        kinds.append("coefficient")
    if extreme.said in _OF_RATES:
        kinds.append("rate")
    if extreme.spread:
        kinds.append("spread")
    elif _OF_SHARE.match(sentence.text) and any(evidence.kind(s) == "rate" for s, _ in fields):
        kinds.append("rate")
    return [(s, f) for s, f in fields if all(evidence.kind(s) == kind for kind in kinds)]


def _follows_coefficients(sentence: Sentence) -> bool:
    """True for a sentence without numbers and quantities behind one on coefficients: "ρ .3-.7. Strongest: the nun"."""
    before = sentence.previous
    if before is None or sentence.numbers or words_of(sentence.text) & (RATE_NOUNS | LIKENESS | CHANGES):
        return False
    return NAMES_COEFFICIENT.search(before.text) is not None


_QUANTITY = regex(
    r"\s+(?:(?P<role>(?:peaks?|maxim(?:um|a)|baselines?)\b(?! (?:to|of|at)\b))|(?:ρ|(?:rho|r)(?![\w'’])|"
    r"coefficients?\b))"
)
"""Behind an extreme: the one quantity that it can be of."""
_OF_SHARE = regex(r"\W*(?:the )?(?:shares?|rates?|percentages?|proportions?|fractions?) of\b", re.IGNORECASE)
_OF_RATES = frozenset(["loudest", "quietest", "leakiest", "hottest", "driest", "keenest", "readiest", "mildest"])


def within_part(evidence: Evidence, extreme: Extreme, fields: list[Ranked]) -> list[Ranked]:
    """The fields with no more than the group that the clause names: "the driest of the near group".

    Rows that a table sets apart by a bracket, "mason (source)", are no rivals of the others.
    None are left where a group is named that the holder is not in, or more than one.
    """
    name = extreme.holder.name
    named = [p for p in parts_of(evidence) if p.is_said(extreme.clause)]
    if named:
        things = named[0].things
        return [(_only(s, things), f) for s, f in fields] if len(named) == 1 and name in things else []
    apart = no_rivals(evidence, name)
    return [(_only(s, frozenset(s.facts) - apart), f) for s, f in fields] if apart else fields


def _only(series: Series, things: frozenset[str]) -> Series:
    return replace(series, facts={k: f for k, f in series.facts.items() if k in things})


def in_states(extreme: Extreme, candidates: list[Ranked]) -> list[Ranked]:
    """The columns and fields that a clause tells from the others: "highest after the patch", "at epoch 1"."""
    sentence, word = extreme.sentence, extreme.word
    if word.peak:
        return []
    text = extreme.clause.replace(sentence.text[word.start : word.end], " ").replace(extreme.holder.text, " ").lower()
    points = {m.name for m in sentence.names if m.name.startswith("#") and m.text.lower() in text}
    out: list[Ranked] = []
    for origin in ("page", "data"):
        group = [s for s, _ in candidates if s.origin == origin and not words_of(s.quantity) & CHANGES]
        said = [s for s, at in zip(group, mentions(text, group), strict=True) if at]
        if points:
            said += [s for s in group if points & frozenset.intersection(*(f.entities for f in s.distinct))]
        if not said and len(chosen := by_role(group, text)) < len(group):
            said = chosen
        chosen_ones = {id(s) for s in said}
        out += [(s, f) for s, f in candidates if id(s) in chosen_ones]
    return out


def meant(evidence: Evidence, extreme: Extreme, fields: list[Ranked], told: list[Ranked]) -> list[Ranked]:
    """Those that can be meant: of a range that was stated before, told by the clause, or named by the words beside."""
    between_ends = _between_ends(evidence, extreme.sentence, extreme.end, fields)
    if between_ends:
        return between_ends
    named = _named(evidence, fields, said_behind(extreme), between(extreme))
    return (named and told) or named


def _between_ends(evidence: Evidence, sentence: Sentence, end: int, candidates: list[Ranked]) -> list[Ranked]:
    """ "The rates run from 5% to 67%; the judge has the highest": the fields with these ends, where no noun follows."""
    after = sentence.between(end, min(sentence.end, end + 30))
    if not _OF_NOTHING_ELSE.match(after):
        return []
    out = []
    for part in sentence.passage.sentences:
        if part.start > sentence.start:
            break
        for span in spans(part):
            if span.start > end:
                break
            for s, f in candidates:
                facts = members(s)
                low, high = min(facts, key=lambda x: x.value), max(facts, key=lambda x: x.value)
                if evidence.matches(span.left, s, low) and evidence.matches(span.right, s, high):
                    out.append((s, f))
    return out


_OF_NOTHING_ELSE = regex(
    r"\s*(?:[,;.):(*]|and\b|(?:belongs|goes|falls) to\b|(?:is|was) (?:that|held|found)\b|in (?:it|this|them)\b|"
    r"of (?:them|these|all)\b|to\b(?! (?:the )?\w+est\b)|$)"
)
"""Behind an extreme that names no quantity of its own."""


def _named(evidence: Evidence, candidates: list[Ranked], after: str, near: str) -> list[Ranked]:
    """The columns that the words beside an extreme name, with the fields that they print; else all of them."""
    adjective = regex(r"\s+([a-z]{5,})\b").match(after)
    if adjective is not None:  # "the most accurate" is of accuracy
        stem = adjective.group(1)[: max(4, len(adjective.group(1)) - 3)]
        graded = [(s, f) for s, f in candidates if any(w.startswith(stem) for w in words_of(s.quantity) | s.words)]
        if graded:
            return graded
    noun = words_of(
        regex(r"[,;:(.]|\b(?:is|are|was|belongs|for|by|of|in|and|at|after|before|under|when)\b").split(after)[0]
    )
    if noun - _BLAND and not (noun & (evidence.quantities | _COEFFICIENTS | RATE_NOUNS | _ROLES | LIKENESS)):
        return []  # a quantity that no table and no field is known to hold
    if noun & RATE_NOUNS or regex(r"\s*(?:often|frequent|common)").match(after):
        candidates = [(s, f) for s, f in candidates if evidence.kind(s) == "rate"]
    said = f"{near} {regex(r'[,;:(.]').split(after)[0]}"
    point = regex(r"\b(?:highest|maximum|tops?|at most|reach\w*)\b", re.IGNORECASE).sub(" ", said)
    for role, pattern in ROLE_WORDS.items():
        if pattern.search(point):  # the extreme itself is no point of a course
            return [
                (s, f)
                for s, f in candidates
                if s.role == role
                or (s.origin == "page" and pattern.search(s.quantity) and not words_of(s.quantity) & _TIMES)
            ]
    for words in (noun, words_of(near)):
        named = [(s, f) for s, f in candidates if s.origin == "page" and words & words_of(s.quantity)]
        if named:
            printed = {b.data.pointer for b in evidence.bindings if words & words_of(b.page.quantity)}
            return named + [(s, f) for s, f in candidates if s.pointer in printed]
    if noun & LIKENESS:
        return [(s, f) for s, f in candidates if evidence.kind(s) == "similarity"]
    if noun & _COEFFICIENTS:
        return [(s, f) for s, f in candidates if evidence.kind(s) == "coefficient"]
    # of a column that ranks nothing here
    return [] if noun & evidence.quantities - RATE_NOUNS - _ROLES - _BLAND else candidates


_TIMES = frozenset(["step", "epoch", "update", "checkpoint", "ckpt", "round", "tick", "iteration", "turn", "at"])


_BLAND = frozenset(
    [
        "often",
        "frequently",
        "frequent",
        "commonly",
        "strongly",
        "readily",
        "list",
        "field",
        "table",
        "ranking",
        "other",
        "one",
        "of",
        "all",
        "value",
        "single",
        "overall",
        "the",
        "a",
        "by",
        "far",
        "figure",
        "number",
        "them",
    ]
)


_ROLES = frozenset(["peak", "start", "baseline", "end", "maximum", "final", "initial"])


_COEFFICIENTS = frozenset(["coefficient", "correlation", "association", "relation", "rho", "r"])
