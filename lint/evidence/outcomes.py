"""What a word of direction says of named things in named states, against the cells of the tables that hold both.

"After the patch Evora invents less", "filtered models curse more than unfiltered ones", "past layer 16 accuracy rises".
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from leakstats.facts import Fact, Series
from leakstats.records import struct

from ..regex import regex
from ..words import word_set
from .arms import arms_over, delta, named_arms
from .averages import mean
from .claims import is_moot
from .coordination import list_of
from .courses import pairs_in_time
from .directed import clash_of
from .fields import mentions
from .grammar import Number
from .idioms import pairs_of_counts, spans
from .knowledge import Clash, Evidence
from .lexicon import DirectionWord, direction_words
from .names import Mention
from .passages import Sentence
from .superlatives import superlatives
from .word_numbers import SPELLED
from .wording import AVERAGED, BESIDE, CHANGES, OF_LIKENESS

__all__ = ["outcome_clashes"]


@struct
class _Clause:
    """A stretch of a sentence with one direction, and the names in it."""

    text: str
    """In lower case."""
    word: DirectionWord
    names: frozenset[str]
    levels: tuple[Number, ...]
    """Its rates and values."""


@struct
class _Reading:
    """How much one cell is over another, for each of the things that a clause can mean."""

    gains: tuple[tuple[float, float], ...]
    shown: str
    named: bool = True
    """Of the states that the clause names, or of all where it names none that this table has."""

    def denies(self, sign: int) -> bool:
        """True if every thing goes the other way, surely."""
        return bool(self.gains) and all(max(low * sign, high * sign) < -1e-9 for low, high in self.gains)


def outcome_clashes(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """Directions that every table and field with these things and states contradicts."""
    if not evidence.all_series or is_moot(sentence) or sentence.passage.part == "prior":
        return
    if any(s.kind != "range" for s in spans(sentence)):
        return  # "goes down: 0.4 to 0.3": its own numbers say of what, and which way
    for clause in _clauses(sentence):
        own = [n.value for n in clause.levels]
        if len(own) == 2 and (own[1] - own[0]) * clause.word.sign > 0:
            continue  # "loses some of its 46% and ends at 40%": of a part of the course
        found = [r for group in _arms(evidence) for r in _readings(evidence, sentence, clause, group)]
        found = [r for r in found if r.named] or found or list(_along(evidence, sentence, clause))
        if found and all(r.denies(clause.word.sign) for r in found):
            yield clash_of(sentence, clause.word, f"'{clause.word.text}' where {found[0].shown}")
            return


_CUT = regex(
    r"[;:]|(?<![.\s]\w)[.]\s|"
    r",\s(?=(?:while|whereas|but|and|though|yet|despite|although|even|in spite|which)\b)|\s[—–]\s"
)
_UNREAD = regex(
    r"\b(?:gaps?|differences?|distances?|spreads?|ratios?|intervals?|bands?|cosines?|similar\w*|p-values?|"
    r"significan\w+|"
    r"correlat\w+|coefficients?|rho|loss|variances?|deviations?|rank\w*|slopes?|links?|relations?\w*|predict\w*|not|no|"
    r"never|neither|nor|hardly|barely|if|whether|or|unless|except|apart|without|faster|slower|earlier|later|sooner|"
    r"most|least|closer|nearer|close|near|far (?:from|away|off)|alike|longer|shorter|times|twice|half|doubles?|"
    r"exceptions?|but (?:for|one|two|three|four|\d+)|los(?:es?|t|ing) (?:out )?to|"
    r"(?:every|each|all)\b[^.;]*\bfrom \w+ to|"
    r"(?:gain|rise|rose|risen|grow|grew|fall|fell|drop|climb|declin|increas|decreas|improv|los[et]|shr[aiu]nk)\w* "
    r"(?:\w+ )?(?:more|less|further|higher|lower)\b(?=[^.;,]* than\b)"
    r"(?![^.;,]* than (?:before|at|it|they)\b)|"
    r"than (?:any|all|half|expected|the (?:mean|average|others?|rest))|"
    r"(?:more|less) (?!frequent|common|prevalent)\w+(?:ed|al|ous|ive|ful|less|ent|ant|able|ible|ic|ary|ite|eet|ish|"
    r"ain|ise|ure))\b|"
    r"n['’]t\b|[ρΔ?]",
    re.IGNORECASE,
)
"""Of something else than a value in a cell, of less than all of it, or by a word whose end is not known."""


_SHORT_OF = regex(
    r"\b(?:falls?|fell|falling|stays?|remains?|comes?|came) (?:\w+ )?short\b|\bmargins?\b|"
    r"\b(?:smaller|larger|bigger|greater|narrower|wider|longer|shorter) (?:leads?|advantages?|edge|deficits?|"
    r"excess)\b",
    re.IGNORECASE,
)
"""How two things stand, and no move; how far they are apart, and not how far they are."""
_FEWEST = 20
"""Trials of which a share is a rate, and no count of things."""
_PLACE = regex(r"\s+(?:where|its|their|the|that|what)\b|\s+[`\"]?[A-Z]")
"""Behind a preposition that compares: "above where it began", "below Ghent"; "under direct prompts" does not."""
_COMPARATIVE = regex(
    r"\b(?:(?P<up>more|higher|greater|larger|bigger|oftener|commoner)|less|fewer|lower|smaller|rarer|scarcer)\b"
    rf"(?! than (?:\d|an?\b|half\b|{SPELLED}\b))",
    re.IGNORECASE,
)
""" "More than four answers in ten" is a level, and of nothing else."""
_COMPARATIVES = frozenset(
    [
        *("more", "higher", "greater", "larger", "bigger", "oftener", "commoner"),
        *("less", "fewer", "lower", "smaller", "rarer", "scarcer"),
    ]
)
_PRONOUN = regex(r"\b(?:it|they|he|she|its|their)\b", re.IGNORECASE)


def _clauses(sentence: Sentence) -> Iterator[_Clause]:
    cuts = [0, *(m.end() for m in _CUT.finditer(sentence.text)), len(sentence.text)]
    names: list[Mention] = []
    for start, end in itertools.pairwise(cuts):
        text = sentence.text[start:end]
        own = [m for m in sentence.names if start <= m.start - sentence.start < end]
        names = names if names and not own and _PRONOUN.search(text) else own
        if len(text) < 12:
            continue
        taken = [(m.start - sentence.start, m.end - sentence.start) for m in own]
        words = [
            w for w in direction_words(text) if not any(a < w.end + start and w.start + start < b for a, b in taken)
        ]
        polar = any(w.polar for w in words)
        words = [w for w in words if not BESIDE.fullmatch(w.text) or _PLACE.match(text, w.end)]
        if not word_set(text).isdisjoint(_COMPARATIVES):
            words += [
                DirectionWord(m.start(), m.end(), 1 if m["up"] else -1, m[0]) for m in _COMPARATIVE.finditer(text)
            ]
        if polar or len({w.sign for w in words}) != 1 or _UNREAD.search(text) or superlatives(text):
            continue
        if OF_LIKENESS.search(text) or _SHORT_OF.search(text):
            continue
        if any(start <= k.start - sentence.start < end and n.value < _FEWEST for k, n in pairs_of_counts(sentence)):
            continue  # "with 5 of 10 above the baseline" has a rule of its own
        first = min(words, key=lambda w: w.start)
        word = DirectionWord(first.start + start, first.end + start, first.sign, first.text)
        levels = tuple(
            n
            for n in sentence.numbers
            if start <= n.start - sentence.start < end and n.role in ("percent", "value", "coefficient")
        )
        yield _Clause(text.lower(), word, frozenset(m.name for m in names), levels)


def _arms(evidence: Evidence) -> list[list[Series]]:
    """The fields that hold rates of one kind over the same things, in their order."""
    if "arms" not in evidence.cache:
        over: dict[tuple[str, frozenset[str]], list[Series]] = {}
        for s in evidence.all_series:
            if not s.words & CHANGES and evidence.kind(s) in ("rate", "") and len(s.distinct) > 1:
                over.setdefault((s.origin, frozenset(s.facts)), []).append(s)
        evidence.cache["arms"] = [
            sorted(group, key=found.index) for found in over.values() for group in arms_over(evidence, found)
        ]
    known: list[list[Series]] = evidence.cache["arms"]
    return known


_AGGREGATES = frozenset(["mean", "all", "overall", "total", "average", "pooled", "median", "sum", "any"])


def _readings(evidence: Evidence, sentence: Sentence, clause: _Clause, group: list[Series]) -> Iterator[_Reading]:
    things = group[0].facts
    columns = {n for s in group for n in frozenset.intersection(*(f.entities for f in s.distinct))}
    rows = clause.names & frozenset(things)
    if clause.names - rows - columns:
        return  # of something that the table does not part
    compares = _THAN.search(clause.text) is not None or BESIDE.fullmatch(clause.word.text) is not None
    if compares and not _are_one(sentence, rows):
        return  # "tuned Ghent is above raw Lille"
    pairs = list(_compared(sentence, clause, group))
    beside = BESIDE.fullmatch(clause.word.text) and len(_named(clause, group)) > 1  # one state next to another
    if not pairs and rows and not beside and not any(n.startswith("#") for n in rows):
        pairs = list(_in_time(evidence, clause, group))
    chosen = rows or frozenset(things) - _AGGREGATES
    for first, last in pairs:
        gains = {id(f): (f.low, f.high) for name, f in delta(first, last).items() if name in chosen}
        if AVERAGED.search(clause.text):
            gains = {0: (mean(x[0] for x in gains.values()), mean(x[1] for x in gains.values()))} if gains else {}
        printed = any(
            evidence.matches(n, s, s.facts[name])
            for n in clause.levels
            for s in (first, last)
            for name in chosen & frozenset(s.facts)
        )
        if gains and (printed or not clause.levels):  # "it falls (+0.33 to +0.24)" is of another quantity
            yield _Reading(tuple(gains.values()), _shown(first, last, rows))


def _are_one(sentence: Sentence, rows: frozenset[str]) -> bool:
    """True for one thing, or a list of them: of two, each may be in a state of its own."""
    first = next((m for m in sentence.names if m.name in rows), None)
    return len(rows) < 2 or (first is not None and rows <= {m.name for m in list_of(sentence, first)})


def _shown(first: Series, last: Series, rows: frozenset[str]) -> str:
    name = min(rows) if len(rows) == 1 else ""
    if not name:
        return f"{last.pointer} lies on the other side of {first.pointer}"
    return f"{name} has {_value(first.facts[name])} in {first.pointer} and {_value(last.facts[name])} in {last.pointer}"


def _value(fact: Fact) -> str:
    return f"{fact.value:.4g}"


_THAN = regex(r"\bthan\b|\bexceed\w*|\bsurpass\w*|\bbeats?\b|\boutdoes\b|\btrails?\b|\blags?\b")


def _compared(sentence: Sentence, clause: _Clause, group: list[Series]) -> Iterator[tuple[Series, Series]]:
    """ "Filtered ones more than plain ones", "the former more than the latter": what is compared, and with what."""
    if _THAN.search(clause.text) is None:
        return
    subjects, others = named_arms(_resolved(sentence, clause, group), group)
    if len(subjects) == len(others) == 1:
        yield others[0], subjects[0]


def _resolved(sentence: Sentence, clause: _Clause, group: list[Series]) -> str:
    """The words of a clause with the former and the latter called by the words of their columns."""
    if "the former" not in clause.text and "the latter" not in clause.text:
        return clause.text
    at = mentions(sentence.text.lower(), group)
    named = sorted((i[0], s) for i, s in zip(at, group, strict=True) if i) if sum(map(bool, at)) == 2 else []
    text = clause.text
    for (_, s), said in zip(named, ("the former", "the latter"), strict=False):
        text = text.replace(said, s.quantity.lower())
    return text


_EARLY = regex(
    r"\b(?:than (?:before|at first|initially|originally)|(?:where|than) (?:it|they|she|he) (?:started|began|stood|was|"
    r"were)|(?:its|their|the) (?:start|starting \w+|baseline|outset|beginning))\b"
)
_LATE = regex(
    r"\b(?:after|following|since|under) the\b|\b(?:ended|ends|finish\w*|finally|afterwards|in the end|by the end)\b"
)


def _in_time(evidence: Evidence, clause: _Clause, group: list[Series]) -> Iterator[tuple[Series, Series]]:
    """The two states between which a clause says that things change."""
    named = _named(clause, group)
    pairs = [(a, b) for a, b in pairs_in_time(evidence, len(group[0].distinct)) if a in group and b in group]
    if len(named) == 2 and _THAN.search(clause.text) is None:
        yield _from_to(clause, *named)
    elif _THAN.search(clause.text) and not _EARLY.search(clause.text):
        return
    elif len(named) == 1 and _CAUSES.fullmatch(clause.word.text):
        yield from (pair for pair in pairs if pair[1] is named[0])
    elif (
        len(named) < 2
        and not _FROM_POINT.search(clause.text)
        and (
            _EARLY.search(clause.text) or _LATE.search(clause.text) or (not named and _VERB.fullmatch(clause.word.text))
        )
    ):
        yield from (pair for pair in pairs if all(s in pair for s in named))


def _from_to(clause: _Clause, a: Series, b: Series) -> tuple[Series, Series]:
    """Two states in the order in which "from … to …" says them, else in that of the table."""
    at = mentions(clause.text, [a, b])
    if all(at) and at[1][0] < at[0][0] and regex(r"\bfrom\b[^;]*").search(clause.text[: at[1][0]]):
        return (b, a) if regex(r"\bto\b").search(clause.text[at[1][0] : at[0][0]]) else (a, b)
    return a, b


_FROM_POINT = regex(r"\bfrom (?:\w+ )?[\d.,]+ to (?:\w+ )?[\d.,]+ [a-z]")
""" "From 400 to 800 rows": between two points of a course, and not over all of it."""
_CAUSES = regex(
    r"(?:lower|rais|cut|reduc|lift|boost|increas|decreas|shrink|halv|doubl|push|pull|drag|depress)\w*(?: up| down)?",
    re.IGNORECASE,
)
"""What the later of two states does to a thing: "tuning raised it for Khmer"."""
_VERB = regex(
    r"(?:rose|fell|gr[eo]w|climbed|dropped|sank|declined|increased|decreased|(?:\w+ )(?:up|down))", re.IGNORECASE
)
"""What happened to a thing between the two states that a table has of it."""


def _named(clause: _Clause, group: list[Series]) -> list[Series]:
    """The states that a clause names, by a word of their headers or by their point: "epoch 10"."""
    out = []
    for s, at in zip(group, mentions(clause.text, group), strict=True):
        entities = frozenset.intersection(*(f.entities for f in s.distinct))
        if at or any(n.startswith("#") and n in entities for n in clause.names):
            out.append(s)
    return out


def _along(evidence: Evidence, sentence: Sentence, clause: _Clause) -> Iterator[_Reading]:
    """ "Past layer 16 accuracy rises", "with depth it falls": the values from a point on, up to it, or over all."""
    points = [m for m in sentence.names if m.name.startswith("#") and m.name in clause.names]
    if len(points) > 2 or {n for n in clause.names if not n.startswith("#")} - evidence.page_names:
        return
    lead = sentence.between(sentence.start, points[0].start) if points else ""
    since, until = _SINCE.search(lead), _UNTIL.search(lead)
    if len(points) == 2:
        if not _FROM.search(lead) or not _ON_TO.fullmatch(sentence.between(points[0].end, points[1].start)):
            return
    elif not (since or until if points else _WITH_AXIS.search(clause.text)):
        return
    for group in _courses(evidence):
        at = mentions(clause.text, group)
        for s in [s for s, i in zip(group, at, strict=True) if i] or (group if len(group) == 1 else []):
            course = sorted((int(k[1:]), f) for k, f in s.facts.items() if k.startswith("#"))
            if any(m.name not in s.facts for m in points):
                continue
            if len(points) == 2:  # "from layer 4 to layer 8"
                if sum(map(bool, at)) > 1:
                    return  # "it falls behind the other"
                a, b = (s.facts[m.name] for m in points)
                yield _Reading(((b.low - a.high, b.high - a.low),), f"{s.pointer} goes the other way")
                continue
            turn = int(points[0].name[1:]) if points else course[0][0]
            own = s.facts[f"#{turn}"]
            others = [f for i, f in course if (i < turn if until else i > turn)]
            sides = [(f.low - own.high, f.high - own.low) if not until else (own.low - f.high, own.high - f.low)
                     for f in others]  # fmt: skip
            if others:
                yield _Reading(tuple(sides if points else sides[-1:]), f"{s.pointer} goes the other way")


_FROM = regex(r"\b(?:from|between)\s+(?:the\s+)?$", re.IGNORECASE)
_ON_TO = regex(r"\s*(?:to|and|→|->)\s*(?:the\s+)?", re.IGNORECASE)
_SINCE = regex(r"\b(?:past|beyond|after|from|behind|above|deeper than|since)\s+(?:the\s+)?$", re.IGNORECASE)
_UNTIL = regex(r"\b(?:up to|until|till|before|as far as|down to)\s+(?:the\s+)?$", re.IGNORECASE)
_WITH_AXIS = regex(
    r"\b(?:with|as|over) (?:the )?(?:increasing |growing |greater |more |larger )?(?:depth|dose|layers?|rows?|epochs?|"
    r"steps?|size|doses)\b(?! of| \d)|\b(?P<unit>layer|dose|epoch|step|round|row) (?:after|by) (?P=unit)\b"
)


def _courses(evidence: Evidence) -> list[list[Series]]:
    """The rates and scores over the same layers, doses or points of time."""
    if "rates along" not in evidence.cache:
        over: dict[tuple[str, frozenset[str]], list[Series]] = {}
        for s in evidence.all_series:
            if evidence.kind(s) in ("rate", "") and not s.role and not s.words & CHANGES:
                points = frozenset(k for k in s.facts if k.startswith("#"))
                if len(points) >= 3 and len(points) == len(s.distinct):
                    over.setdefault((s.origin, points), []).append(s)
        evidence.cache["rates along"] = list(over.values())
    known: list[list[Series]] = evidence.cache["rates along"]
    return known
