"""Which lines of the page's tables a clause is about: by the things that it names and the words of their quantity."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from leakstats.records import struct

from ..regex import regex
from .clauses import clause_around
from .knowledge import Evidence
from .lexicon import MOOT
from .passages import Sentence
from .sides import Said
from .stages import stages_in
from .stems import tokens, tokens_of
from .table_lines import Line, lines
from .vocabulary import is_common, is_used

__all__ = ["Bound", "blanked", "bound_lines", "clause_at", "is_moot_between", "is_told", "values_of"]


@struct
class Bound:
    """A line that a clause may be about."""

    line: Line
    things: tuple[Said, ...]
    """Where the clause says things along it."""
    named: bool
    """The clause names the line itself by a thing of the other side."""
    hits: frozenset[str]
    """The words of its quantity that the clause has."""

    @property
    def told(self) -> bool:
        """True if anything but the things tells the line."""
        return self.named or bool(self.hits)


_HARD = regex(
    r"[;:]\s|\s[—–]\s|\.\s|,?\s(?=(?:but|while|whereas|although|though|because|yet|whilst)\s)|"
    r",\s(?=(?:and|which|who|where|so|not|since|even|despite|after which|nor|or)\s)"
)


def clause_at(sentence: Sentence, at: int) -> tuple[int, int]:
    """Where the clause of a place in a sentence's text begins and ends."""
    return clause_around(sentence.text, at, _HARD)


def is_moot_between(sentence: Sentence, left: int, right: int) -> bool:
    """True for a stretch of a sentence that may speak of what was hoped, planned or found elsewhere."""
    return MOOT.search(sentence.text, left, right) is not None


_END = regex(
    r"\b(?:(?:at|by|in) the (?:(?P<last>(?:very )?end|close|finish|last|final)|(?:very )?(?:start|beginning|outset|"
    r"first))\b|"
    r"(?:at|by|on) the (?:(?:last|final)|first) (?:step|checkpoint|layer|epoch|round))",
    re.IGNORECASE,
)


def bound_lines(
    evidence: Evidence,
    sentence: Sentence,
    left: int,
    right: int,
    wanted: Callable[[Line, Sequence[Said]], bool],
    skip: Iterable[tuple[int, int]] = (),
    pool: Sequence[Line] | None = None,
    mask: Sequence[tuple[int, int]] = (),
) -> list[Bound]:
    """The lines that a stretch of a sentence's text can be about, of the ``wanted`` ones those that it tells best.

    ``skip`` are words already read, and in ``mask`` the things are another's.
    """
    skip = tuple(skip)
    text = blanked(sentence.text, left, right, skip)
    words = [w for w in tokens_of(sentence)[0] if left <= w[0] < right]
    words = [w for w in words if not any(a < w[1] and w[0] < b for a, b in skip)]
    stages = stages_in(text)
    states = {state for state, end in (("before", "first"), ("after", "last")) if stages & {state, end}}
    ends = [(m.span(), bool(m["last"])) for m in _END.finditer(sentence.text, left, right)]
    masked = (*skip, *mask)
    sides: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[list[Said], list[Said]]] = {}
    found: list[Bound] = []
    for line in lines(evidence) if pool is None else pool:
        if line.kind == "p" or (line.state and states and line.state not in states):
            continue
        if (line.axis.labels, line.other.labels) not in sides:
            sides[line.axis.labels, line.other.labels] = _parted(
                [s for s in line.axis.find(sentence) if _is_in(s, left, right, masked)],
                [s for s in line.other.find(sentence) if _is_in(s, left, right, skip)],
            )
        own, others = sides[line.axis.labels, line.other.labels]
        apart = not any(line.at in s.members for s in others) if not line.ends else False
        if line.ends:
            apart = not all(s.members <= line.ends for s in others)
        if (others and apart) or not wanted(line, own):
            continue
        if line.other.ordered and not line.ends and not others and len({m for _, m in ends}) == 1:
            if line.at != line.other.things[-1 if ends[0][1] else 0]:
                continue  # "at the final checkpoint"
            others = [Said(*ends[0][0], frozenset({line.at}), True)]
        named = any(s.members == {line.at} or s.members <= line.ends for s in others)
        taken = [(s.start, s.end) for s in (*own, *others) if len(s.members) == 1]
        free = {t for a, b, t in words if not any(x < b and a < y for x, y in taken)}
        hits = (free & line.words) | ({line.state} if line.state in states else set())
        if "whole" in stages and line.whole:
            hits |= {"<whole>"}
        hits -= _STOP
        found.append(Bound(line, tuple(own), named, frozenset(hits | ({"<named>"} if named else set()))))
    return [b for b in found if not any(b.hits < x.hits for x in found)]


_STOP = frozenset(
    t
    for _, _, t in tokens(
        "a an the in of on at for to and or over with vs per by is are n p one no all each it as from without"
    )
)
"""Words of headers and captions that choose nothing."""


def blanked(text: str, left: int, right: int, skip: Iterable[tuple[int, int]]) -> str:
    """A stretch of a text with blanks for what is skipped."""
    for a, b in skip:
        a, b = max(a, left), min(b, right)
        if a < b:
            text = text[:a] + " " * (b - a) + text[b:]
    return text[left:right]


def _is_in(said: Said, left: int, right: int, skip: Iterable[tuple[int, int]]) -> bool:
    return left <= said.start < right and not any(a <= said.start < b for a, b in skip)


def _parted(own: list[Said], others: list[Said]) -> tuple[list[Said], list[Said]]:
    """Of words that both sides have, those of the side that has the longer name there, or a whole one."""

    def weight(s: Said) -> tuple[int, bool]:
        return (s.end - s.start, s.exact)

    kept_own = [
        s for s in own if not any(s.start < o.end and o.start < s.end and weight(o) > weight(s) for o in others)
    ]
    kept_others = [
        o for o in others if not any(s.start < o.end and o.start < s.end and weight(s) >= weight(o) for s in own)
    ]
    return kept_own, kept_others


_NOISE = frozenset(
    t
    for _, _, t in tokens(
        "hair whisker touch shade notch nose bit good fair narrow slim mere keep kept keeps bring brings brought put "
        "puts work works steady firm sit place places entire whole factorial grid cell cells combination among amongst "
        "whatever whichever any anyone anybody anything everyone everything else list table however overall pooled "
        "easily comfortably barely slightly clearly narrowly alike together step steps every thereby fact turn turns "
        "full part belong facing goes tie tied alike far own third compliance adherence adoption performance usage "
        "behaviour anywhere"
    )
)


def is_told(
    evidence: Evidence, bound: Bound, sentence: Sentence, left: int, right: int, skip: Iterable[tuple[int, int]] = ()
) -> bool:
    """True if each word of a stretch is a thing of the line's table, of the line's quantity, or one of common use."""
    line = bound.line
    known = line.words | line.axis.noun | line.other.noun
    foreign = _measures(evidence) - known
    spans = [(s.start, s.end) for s in (*bound.things, *line.other.find(sentence))]
    spans += list(skip)
    for a, b, t in tokens_of(sentence)[0]:
        if not left <= a < b <= right or t.isdigit() or len(t) < 2:
            continue
        if t in foreign and not any(x < b and a < y for x, y in spans):
            return False
        if t in known or t in _NOISE or is_common(sentence.text[a:b]) or is_common(t):
            continue
        if any(x < b and a < y for x, y in spans):
            continue
        if is_used(evidence, sentence, sentence.text[a:b]) or sentence.text[a:b].endswith("ly"):
            continue
        if any(n.start - sentence.start <= a < n.end - sentence.start for n in sentence.numbers):
            continue
        return False
    return True


def _measures(evidence: Evidence) -> frozenset[str]:
    """The words that tell the columns, and the rows, of the page's tables apart."""
    if "words of lines" not in evidence.cache:
        found = frozenset().union(*(line.own for line in lines(evidence)))
        evidence.cache["words of lines"] = found - _STOP - _STATE_WORDS
    out: frozenset[str] = evidence.cache["words of lines"]
    return out


_STATE_WORDS = frozenset(
    t for _, _, t in tokens("before after first last start end final all mean value rate share n k")
)


def values_of(line: Line) -> dict[int, tuple[float, float]]:
    """The values of the things of a line, those over all the others left out."""
    return {i: v for i, v in line.values.items() if i not in line.axis.whole}
