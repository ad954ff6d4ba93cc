"""Which rows and columns of a board words name, and which of its columns a comparative or a superlative is about.

"Slower" is of a delay or, turned, of a pace; "more memory" of the column that has the noun; "more often" of rates.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from leakstats.facts import Series
from leakstats.records import struct

from ..regex import regex
from .boards import Board, said
from .knowledge import Evidence
from .names import words_of
from .passages import Sentence
from .wording import CHANGES, RATE_NOUNS

__all__ = ["Named", "clause_start", "columns_of", "is_read", "measure_of", "named", "noun_of", "sign_of"]


@struct
class Named:
    """A row (``down``) or a column of a board, where a sentence says it."""

    start: int
    end: int
    which: int
    down: bool


# -- words -------------------------------------------------------------------------------------------------------------

_OF_ITSELF = regex(
    r"(?:is|are|was|were|has|had|have|lies?|lay|sits?|sat|stands?|stood|stays?|stayed|ranks?|comes?|came|ends?|ended|"
    r"shows?|showed|scores?|scored|gets?|got|gives?|gave|needs?|needed|uses?|used|takes?|took|reach(?:es|ed)?|keeps?|"
    r"kept|remains?|remained|makes?|made|sees|saw|runs?|ran|turns? out|turned out|finish(?:es|ed)?|also|"
    r"still|even|far|much|clearly|slightly|well|somewhat|considerably|markedly|noticeably|a|an|the|its|their|it|bit|"
    r"little|just|about|models?|ones?|runs|group|value|values|score|scores|figure|figures|on average|often|"
    r"frequent(?:ly)?|common(?:ly)?|likely|prevalent|of|in|for|at|on|under|with|that|those|did|does|do|to|by|and|so|"
    r"here|there|too|again|now|already|throughout|clear|"
    r"once|when|after|before|while|whereas|as|then|but|though|although|indeed|concerning|regarding|both|however|yet|"
    r"all|every|each|he|she|they|this|these|average[ds]?|averaging|across|over)"
)
_ADVERB = regex(rf"(?:{_OF_ITSELF.pattern}|[a-z]+ly)", re.IGNORECASE)
"""Words between two things compared that say nothing of what is compared."""


_PLAIN = words_of(
    "a an the its often frequent frequently common commonly likely prevalent widespread in for at on under with after "
    "before by of footprint consumption usage use number total count counts rate rates share shares value values score "
    "scores figure figures level levels percentage percentages"
)


def noun_of(comparative: str, words: str, lead: str) -> str | None:
    """What there is more of; ``""`` for a rate or a value of any kind, ``None`` for what no header can be."""
    rest = [w for w in regex(r"[\w'’-]+").findall(words.lower()) if w not in _PLAIN]
    if not rest and _OFTEN.search(f"{comparative} {words}"):
        return "often"
    if not rest:
        subject = next((name for name in ("throughput", "latency", "price") if _DIMENSIONS[name][0].search(lead)), "")
        return comparative.lower() if comparative.lower() in _DIMENSIONS else subject
    return rest[0] if len(rest) == 1 else None


_OFTEN = regex(
    r"\b(?:often|frequent(?:ly)?|common(?:ly)?|likely|prevalent|widespread|commoner|oftener|likelier|rarer|scarcer|commonest|"
    r"likeliest|rarest|scarcest)\b",
    re.IGNORECASE,
)
"""What is more or less so has the higher or the lower rate."""
_LATENCY = regex(
    r"\b(?:latenc\w+|delays?|durations?|times?|runtimes?|seconds?|secs?|ms|minutes?|hours?)\b", re.IGNORECASE
)
_PACE = regex(r"\b(?:throughputs?|speeds?|pace|per second|[a-z]+/s(?:ec)?|qps|fps|[a-z]+/min)\b", re.IGNORECASE)
_PRICE = regex(r"\b(?:costs?|prices?|fees?|spend\w*|usd|eur|dollars?|euros?)\b|[$€£]", re.IGNORECASE)
_DIMENSIONS = {
    **dict.fromkeys(["slower", "faster", "quicker", "slowest", "fastest", "quickest"], (_LATENCY, _PACE)),
    **dict.fromkeys(["longer", "shorter", "longest", "shortest", "latency"], (_LATENCY, None)),
    **dict.fromkeys(
        ["costlier", "pricier", "dearer", "cheaper", "costliest", "priciest", "dearest", "cheapest", "price"],
        (_PRICE, None),
    ),
    "throughput": (_PACE, None),
}
"""Quantities that a comparative is about, and those that it says the contrary of."""


def is_read(evidence: Evidence, board: Board, sentence: Sentence, left: int, right: int) -> bool:
    """True if the page's headers and other passages, or everybody, know each word between two places but the names."""
    if "told" not in evidence.cache:
        told: dict[str, set[int]] = defaultdict(set)
        for passage in evidence.passages:
            for word in words_of(passage.plain) if passage.part == "other" or passage.scope == "title" else ():
                told[_root(word)].add(id(passage))
        evidence.cache["told"] = told
    elsewhere: dict[str, set[int]] = evidence.cache["told"]
    texts = (*board.header.values(), *board.axis, board.about)
    known = {_root(w) for w in (*RATE_NOUNS, *(w for text in texts for w in words_of(text)))}
    said_words = ((left + m.start(), m[0]) for m in _OWN_WORD.finditer(sentence.between(left, right)))
    roots = {
        _root(w)
        for at, w in said_words
        if not _ADVERB.fullmatch(w) and not any(m.start <= at < m.end for m in sentence.names)
    }
    return all(w in known or elsewhere.get(w, set()) - {id(sentence.passage)} for w in roots)


def clause_start(sentence: Sentence, at: int) -> int:
    """Where the clause of a place begins, behind a stop or a dash."""
    return sentence.start + max((m.end() for m in _STOP.finditer(sentence.between(sentence.start, at))), default=0)


_STOP = regex(r"[;:]\s|\s[—–]\s")
_OWN_WORD = regex(r"(?<!['’])\b[^\W\d_]+")


@cache
def _root(word: str) -> str:
    """``word`` less its endings: "refuses" and "refusals" are both of "refus".

    >>> _root("judgements"), _root("judges"), _root("accurate"), _root("accuracy")
    ('judg', 'judg', 'accur', 'accur')
    """
    shorter = _ENDING.sub("", word.lower())
    return word.lower() if shorter == word.lower() else _root(shorter)


_ENDING = regex(r"(?<=\w{3})(?:als?|ages?|ations?|ions?|ments?|ings?|ed|es|ers?|s|e|y|ies|ately|ate|acy)$")


# -- columns -----------------------------------------------------------------------------------------------------------


def named(board: Board, sentence: Sentence) -> list[Named]:
    """The rows and the columns that a sentence says, in order; a word of a column's header goes with its name."""
    rows = [Named(m.start, m.end, board.rows[m.name], True) for m in sentence.names if m.name in board.rows]
    out = list(rows)
    _, heads = said(board, sentence)
    for at, which in heads:
        if any(r.start <= at < r.end for r in rows):
            continue
        own = words_of(board.header[which])
        end = at
        for match in regex(r"[^\W\d_]+(?:[ -]\d+)?").finditer(sentence.between(at, sentence.end)):
            gap = sentence.between(end, at + match.start())
            if end > at and (gap.strip(" -") or not words_of(match[0]) <= own):
                break
            end = at + match.end()
        out.append(Named(at, end, which, False))
    return sorted(out, key=lambda x: x.start)


_POINT = regex(r"\b[A-Za-z]+[ _-]?\d+\b")
"""In the header of a column that is of one point: of no other is it asked, "Yield at load 8"."""


def columns_of(
    evidence: Evidence, board: Board, sentence: Sentence, noun: str, said_ones: set[int], *, sized: bool = False
) -> list[tuple[int, int]]:
    """The columns in which two rows are compared, with the sign that the comparative has there."""
    points = {m.name[1:] for m in sentence.names if m.name.startswith("#")}
    own = {_root(w) for w in words_of(sentence.text)}
    kept = [
        c
        for c, head in board.header.items()
        if measure_of(evidence, board, c) is not None
        and {_root(w) for w in words_of(head) & CHANGES} <= own
        and not (points and _POINT.search(head) and not points & set(regex(r"\d+").findall(head)))
    ]
    if noun in _DIMENSIONS:
        of_dimension = [(c, sign_of(board.header[c], noun)) for c in kept]
        return [(c, sign) for c, sign in of_dimension if sign]
    if noun and noun != "often":
        root = _root(noun)
        return [(c, 1) for c in kept if root in {_root(w) for w in words_of(board.header[c])}]
    if said_ones or sized:
        return [(c, 1) for c in kept if c in said_ones]
    rates = [c for c in kept if (measure_of(evidence, board, c) or ("",))[0] == "rate"]
    return [(c, 1) for c in rates or (kept if not noun else ())]


def sign_of(text: str, noun: str) -> int:
    """1 where a comparative says more of a quantity, -1 where it says less, 0 where it is not about it."""
    if noun not in _DIMENSIONS:
        return 1 if noun in ("", "often") or _root(noun) in {_root(w) for w in words_of(text)} else 0
    more, less = _DIMENSIONS[noun]
    return 1 if more.search(text) else -1 if less is not None and less.search(text) else 0


def measure_of(evidence: Evidence, board: Board, column: int) -> tuple[str, bool] | None:
    """What kind of value a column holds; ``None`` for one in which nothing is more than another."""
    series: Series | None = next((s for (_, c), facts in board.cells.items() if c == column for s, _ in facts), None)
    if series is None:
        return None
    kind = evidence.kind(series)
    return None if kind in ("p", "size", "spread", "coefficient") else (kind, series.fraction)
