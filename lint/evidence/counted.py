"""Counts of things out of a total that a page claims: "4 of 7", "all 5", "none but the last"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.lazy import cached_property
from leakstats.records import replace, struct

from ..regex import regex
from .claims import own_passages
from .exclusives import evidence_totals, exclusives
from .grammar import Number
from .idioms import pairs_of_counts
from .knowledge import Evidence
from .lexicon import MOOT
from .passages import Sentence
from .plain_counts import plain_counts
from .quantifiers import quantifiers
from .subsets import Part, part_named, parts_of
from .word_numbers import SPELLED
from .wording import PART, PART_OF

__all__ = ["Counted", "agrees", "clause_of", "counted_things", "numbers_in", "partial_counts"]


@struct(slots=False)
class Counted:
    """A count of things out of ``total`` that the page claims."""

    sentence: Sentence
    start: int
    end: int
    low: float
    high: float
    total: int
    noun: str
    text: str
    things: frozenset[str] = frozenset()
    """These things and no other, where the words name them."""
    mode: str = ""
    """What is said of them and of the others: see :class:`Exclusive`."""
    reduced: bool = False
    """All of them less so many that the words except."""
    kind: str = ""
    """The arm that a word before the noun names."""
    part: Part | None = None
    """The group of a table's things that is counted, and no other."""
    strict: bool = False
    """It is judged only where its words name the one field of which they ask."""

    @cached_property
    def bounds(self) -> tuple[int, int]:
        """Where its clause begins and ends in its sentence; another count beside it has a clause of its own."""
        return _bounds_of(self)

    @property
    def bare(self) -> bool:
        """Its words name or number the things, and hold nothing that is asked of them."""
        return (
            bool(self.things) or self.part is not None or " of " not in self.text or PART.match(self.text) is not None
        )


def counted_things(evidence: Evidence) -> list[Counted]:
    """Every count of things on the page, in its order."""
    if "counted" not in evidence.cache:
        evidence.cache["counted"] = list(_read_claims(evidence))
    found: list[Counted] = evidence.cache["counted"]
    return found


def _read_claims(evidence: Evidence) -> Iterator[Counted]:
    for passage in own_passages(evidence):
        for sentence in passage.sentences:
            found = []
            for q in quantifiers(sentence.text):
                start, end = sentence.start + q.start, sentence.start + q.end
                if q.low == q.total and _SO_MANY_FOR.search(sentence.text, 0, q.start):
                    continue
                noun = _noun(sentence, end) or _head(sentence, start)
                found.append(Counted(sentence, start, end, q.low, q.high, q.total, noun, q.text.strip()))
            taken = [(c.start, c.end) for c in found]
            for k, n in _counts_of_things(sentence):
                allowed = _allowed(sentence, k, int(n.value))
                if any(a < n.end and k.start < b for a, b in taken):
                    continue  # "all but one of the five"
                if k.value == 1 and _CHOSEN.search(sentence.between(sentence.start, k.start)):
                    continue  # "was trained towards one of eight"
                if n.value <= _MOST_THINGS and allowed is not None:
                    noun = _noun(sentence, n.end) or _head(sentence, k.start)
                    found.append(
                        Counted(sentence, k.start, n.end, *allowed, int(n.value), noun, f"{k.text} of {n.text}")
                    )
            found.extend(_named_claims(evidence, sentence, [(c.start, c.end) for c in found]))
            for claim in sorted((_of_part(evidence, c) for c in found), key=lambda c: c.start):
                said = _BY_DEFINITION.sub("", sentence.text[: claim.bounds[1]])
                if passage.scope == "title" or not MOOT.search(said):
                    yield claim


def _of_part(evidence: Evidence, claim: Counted) -> Counted:
    """A count of so many things, of the group of that size that the words name: "three of the four Near inks"."""
    if claim.part is not None or claim.things:
        return claim
    before, after = (
        claim.sentence.between(claim.sentence.start, claim.start),
        claim.sentence.between(claim.end, claim.sentence.end),
    )
    kind = _NEXT_WORD.match(after)
    named = part_named(evidence, before, kind[1] if kind is not None else "", after)
    if named is None or named.part is None or named.part.size != claim.total:
        return claim
    return replace(claim, part=named.part)


_SO_MANY_FOR = regex(
    r"(?<![\d.,])\d[\d,]*\s+(?!percent|points?\b|pp\b)[a-z]+(?:\s+[a-z]+)?\s+(?:for|in|per|on|from|at|of)\s+$",
    re.IGNORECASE,
)
""" "300 tasks for each of the eight": of what size they are."""
_CHOSEN = regex(r"\b(?:towards?|into|as|using) (?:any )?$", re.IGNORECASE)
_NEXT_WORD = regex(r"\s+([\w-]+)")
_BY_DEFINITION = regex(
    r"^\W*(?:if|when) [^,;:]{1,60}? (?:counts?|passes|is (?:taken|read|called|counted)|are (?:taken|read|called))"
    r"\b[^,;:]*,",
    re.IGNORECASE,
)
"""What sets a bar and hopes nothing, "If 0.7 counts as strong, 4 of 6 are"."""


def _counts_of_things(sentence: Sentence) -> list[tuple[Number, Number]]:
    """The k of n of a sentence, less the "over six in ten" of a share."""
    found = pairs_of_counts(sentence)
    in_tens = [n for k, n in found if sentence.between(k.end, n.start).strip() == "in"]
    if not in_tens:
        return found
    shares = {sentence.start + m.start("k") for m in PART_OF.finditer(sentence.text)}
    return [(k, n) for k, n in found if n not in in_tens or k.start not in shares]


_BOUNDED = regex(
    r"(?:\b(?:at least|at most|(?:more|fewer|less|greater|no fewer|no less|not fewer|no more|not more) than|maximum of|"
    r"minimum of|upwards of)|[<>≤≥]=?)\s*$",
    re.IGNORECASE,
)


_INEXACT = regex(
    r"\b(?:up to|all but|but|bar|barring|except|excepting|save|excluding|besides|apart from|other than|not|never|"
    r"neither|"
    r"about|around|roughly|nearly|almost|some|approximately|if not|perhaps|maybe|between|beyond|beside|without|"
    r"than the)"
    r"\s*$",
    re.IGNORECASE,
)


_MOST_THINGS = 60
"""A larger total counts answers, and its share is a rate."""


def _allowed(sentence: Sentence, k: Number, total: int) -> tuple[float, float] | None:
    """The counts that "at least 3 of 7" allows; ``None`` for one that is not exact in words."""
    before = sentence.between(max(sentence.start, k.start - 18), k.start)
    if k.bound == "~" or _INEXACT.search(before):
        return None
    value = k.value
    if not k.bound and (bound := _BOUNDED.search(before)) is not None:  # spelled numbers have none of their own
        said = bound.group(0).strip().lower()
        if said in ("more than", "greater than"):
            return value + 1, float(total)
        if said in ("fewer than", "less than"):
            return 0.0, value - 1
        low = said in ("at least", "minimum of", "upwards of", "no fewer than", "no less than", "not fewer than")
        return (value, float(total)) if low else (0.0, value)
    if k.bound and not _BOUNDED.search(before):
        return value, value  # "by the one under 3 of 12 wordings"
    return {
        "": (value, value),
        ">=": (value, float(total)),
        ">": (value + 1, float(total)),
        "<=": (0.0, value),
        "<": (0.0, value - 1),
    }[k.bound]


_NO_NOUN = regex(
    r"(?:ha[sd]|is|was|does|passe?s?|reaches|shows|holds|clears|rises|falls|differs|increases|decreases|drops|gains|"
    r"loses|exceeds|goes|gets|makes|lies|ends|starts|peaks|others?|this|its|as|less|across|towards|ranks|always|"
    r"pearson|spearman|us|plus|minus|thus|versus|besides|unless|perhaps)",
    re.IGNORECASE,
)


_ANY = frozenset(["case", "one", "thing", "unit", "item", "instance", "member", "entrie", "row", "column", "entr"])
"""Words that stand for whatever is counted."""


def _noun(sentence: Sentence, at: int) -> str:
    """What is counted, singular: the first plural behind a count; "" where none stands there."""
    after = regex(r"(?:\s+[`\"'*(]*[A-Za-z][A-Za-z-]*[`\"'*)]*){1,4}").match(sentence.between(at, at + 48))
    for word in regex(r"[A-Za-z-]+").findall(after.group(0)) if after is not None else ():
        if word.endswith("s") and len(word) > 2 and not _NO_NOUN.fullmatch(word):
            noun = str(word).lower().rstrip("s")
            return "" if noun in _ANY else noun
        if word.lower() in ("in", "at", "by", "for", "with", "under", "on", "of", "from", "to", "than", "and"):
            return ""
    return ""


_HEAD = regex(
    r"(?:^|[.;]\s)\W*(?:the |our )?(?P<noun>[a-z]{3,}s)\b(?!\s*[<>≤≥=])[^.;:]*:\s*(?:for |in |at )?$", re.IGNORECASE
)


def _head(sentence: Sentence, at: int) -> str:
    """What "Rivers over 10%: 4 of 6" counts: the plural with which the words before the colon begin."""
    head = _HEAD.search(sentence.between(sentence.start, at))
    noun = head["noun"].lower().rstrip("s") if head is not None and not _NO_NOUN.fullmatch(head["noun"]) else ""
    return "" if noun in _ANY else noun


def _named_claims(evidence: Evidence, sentence: Sentence, taken: list[tuple[int, int]]) -> Iterator[Counted]:
    """What a sentence says of all, of none, of a bare number, or of named ones alone."""
    named = list(exclusives(sentence))
    for x in named if not any(p.text in sentence.text for p in parts_of(evidence)) else ():
        if totals := evidence_totals(evidence, x.things):
            things = frozenset(x.things)
            noun = "layer" if all(n.startswith("#") for n in things) else ""
            yield Counted(sentence, x.start, x.end, 0, 0, totals, noun, x.text, things, x.mode)
    for q in plain_counts(evidence, sentence) if not named else ():
        sized = q.low == q.total and _SO_MANY_FOR.search(sentence.text, 0, q.start - sentence.start)
        if not sized and not any(a < q.end and q.start < b for a, b in taken):
            yield Counted(
                *(sentence, q.start, q.end, q.low, q.high, q.total, q.noun, q.text),
                reduced=q.reduced,
                kind=q.kind,
                part=q.part,
                strict=q.strict,
            )


_CLAUSE_END = regex(
    r"[;(?]|,? (?=(?:even )?though |although )|"
    r", (?=(?!the (?:criterion|bar|threshold|cut-?off|limit|mark|level|test|standard)\b|(?:their|its|whose) )"
    r"[\w`]+ (?:[\w`]+ ){0,3}"
    r"being )|, (?:and|but|so|since|because|while|whereas|which|as) |\. | and (?=(?:is|are|was|were|does|do|did|fails?|"
    r"misses|stays?) )"
)


def _bounds_of(claim: Counted) -> tuple[int, int]:
    sentence = claim.sentence
    text = _INTERJECTED.sub(lambda m: " " * len(m[0]), sentence.text) if ", " in sentence.text else sentence.text
    at, tail = claim.start - sentence.start, claim.end - sentence.start
    left = max(
        (m.end() for m in regex(r"[;:]|, (?:and|but|so|with|which|thus|while|whereas) |\. |\?").finditer(text[:at])),
        default=0,
    )
    ends = [m.start() for m in _CLAUSE_END.finditer(text, tail)]
    right = ends[0] if ends else len(text)
    others = [(k.start, n.end) for k, n in _counts_of_things(sentence)]
    others += [(sentence.start + q.start, sentence.start + q.end) for q in quantifiers(text)]
    others += partial_counts(sentence)
    if not claim.things:
        others += [(sentence.start + m.start("q"), sentence.start + m.end()) for m in _SUBJECT.finditer(text, 0, at)]
    for start, end in others:
        if end <= claim.start:
            left = max(left, end - sentence.start)
            left = max(left, 1 + max(text.rfind(mark, left, at) for mark in ",;"), 4 + text.rfind(" and ", left, at))
        elif start >= claim.end:
            right = min(right, start - sentence.start)
            comma = text.find(",", tail, right)
            right = comma if comma >= tail and len(text[comma:right].split()) > 1 else right
    colon = text.find(": ", tail, right)
    if len(text[tail : max(colon, tail)].split()) > 1 and not _BOUND_BEHIND.search(text, colon, right):
        right = colon  # "No lake breaks the rule: the deepest froze last"
    opened = text.rfind("(", left, at)
    if opened >= 0 and ")" not in text[opened:at]:
        says = len(text[opened + 1 : at].split()) > 1  # "They differ (a later end in 4 of 6)": what is counted
        closed = text.find(")", tail, right)
        fronted = _WHERE.match(text, left, opened) or (
            _FRONTED.match(text, left, opened) and text[closed + 1 :][:1] == ","
        )
        if says or fronted:  # "Where it is damp (4 of 9), the rate is below 36%"
            left, right = opened + 1 if says else left, closed if closed >= tail else right
    if _CONCEDED.match(text[left:at]) is not None:
        comma = text.find(",", tail, right)
        right = comma if comma >= tail else right
    return left, right


_INTERJECTED = regex(
    r",\s(?:(?:by|in|by way of) (?:comparison|contrast)|however|moreover|likewise|incidentally|in turn|"
    r"on the other hand|for (?:its|their|his|her) part|for (?:comparison|instance)|too|in fact|indeed),(?=\s)",
    re.IGNORECASE,
)
"""Between a subject and its verb: "a low tide, by comparison, was seen in four of nine ports"."""
_WHERE = regex(r"\W*(?:where|wherever|when|whenever|if)\b", re.IGNORECASE)
_FRONTED = regex(
    r"\W*(?:among|amongst|for|in|with|of|at|on|under|over|within|across|outside|beyond|below|above)\s", re.IGNORECASE
)
_SUBJECT = regex(
    r"(?:^|[;:,.]\s+)\W*(?:(?:and|but|while|whereas)\s+)?(?P<q>both|neither|all|every|each|"
    r"most)\s+(?:of\s+)?(?:the\s+)?[a-z]+",
    re.IGNORECASE,
)
""" "Both towns differ from Ghent, none of the two is warmer": counts that are the subjects of their clauses."""
_BOUND_BEHIND = regex(r"[<>≤≥]|\b(?:above|below|over|under|beyond|at least|at most)\b", re.IGNORECASE)
_CONCEDED = regex(r"\W*(?:although|though|even though|even if|while|whilst|whereas)\b[^,]*$", re.IGNORECASE)
""" "Although four of six froze, Garda did not": the main clause behind the comma is of another."""
_PARTIAL = regex(
    rf"\b(?:(?:\d{{1,2}}|{SPELLED}) of (?:them|these|those)|(?:the|all) (?:other|remaining) (?:\d{{1,2}}|{SPELLED}))\b",
    re.IGNORECASE,
)


def partial_counts(sentence: Sentence) -> list[tuple[int, int]]:
    """Where a sentence counts some of the things that it has counted before: "four of them", "the other three"."""
    return [(sentence.start + m.start(), sentence.start + m.end()) for m in _PARTIAL.finditer(sentence.text)]


def clause_of(claim: Counted) -> tuple[str, list[Number]]:
    """The words around a count, up to the next one."""
    left, right = claim.bounds
    return claim.sentence.text[left:right], numbers_in(claim, left, right)


def numbers_in(claim: Counted, left: int, right: int) -> list[Number]:
    at = claim.sentence.start
    return [
        n for n in claim.sentence.numbers if left <= n.start - at < right and not (claim.start <= n.start < claim.end)
    ]


def agrees(claim: Counted, count: float) -> bool:
    return claim.low - 0.01 <= count <= claim.high + 0.01
