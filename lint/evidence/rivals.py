"""Two things of which words set one above the other, "stays ahead of", "flips less than", on the lines that fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from leakstats.records import struct

from ..regex import regex
from .directed import clash_of
from .knowledge import Clash, Evidence
from .lexicon import DirectionWord
from .line_binding import Bound, bound_lines, clause_at, is_moot_between, is_told
from .line_values import may_print, shown
from .passages import Sentence
from .scales import merit_of, sense_of
from .sides import Said
from .table_lines import Line
from .word_numbers import SPELLED

__all__ = ["rival_clashes"]

_BEYOND = regex(
    r"\b(?:(?P<up>above|exceed(?:s|ed)|over(?= the\b)|surpass(?:es|ed))|(?P<down>below|beneath|falls? short of|"
    r"fell short of|short of)|"
    r"(?P<better>ahead of|beats?|tops|topped|leads|led|outdoes|outdid|outscore[sd]?|outrank(?:s|ed)?|outpace[sd]?|"
    r"outperform(?:s|ed)?|"
    r"edges? (?:out|past)|edged (?:out|past)|overtakes?|overtook|overtaken)|"
    r"(?P<worse>behind|trails|trailed|lags(?: behind)?|lagged(?: behind)?|loses (?:out )?to|lost (?:out )?to))\b",
    re.IGNORECASE,
)
_THAN = regex(
    r"\b(?:(?P<up>more|higher|larger|bigger|greater|heavier|oftener|commoner|likelier)|"
    r"(?P<down>less|lower|fewer|smaller|lighter|rarer|scarcer)|(?P<better>better)|(?P<worse>worse)|"
    r"(?P<pace>faster|slower|quicker|longer|shorter|cheaper|dearer|costlier))\b(?P<noun>[^.;:,()]{0,60}?)\bthan\b",
    re.IGNORECASE,
)
_UNREAD = regex(
    r"\b(?:not|never|neither|nor|no|none|nobody|nothing|hardly|barely|scarcely|only|most|many|several|some|almost|"
    r"either|"
    r"unless|except|apart|unlike|without|relative|ratio|times|twice|half|thirds?|adjust\w*|interval\w*|CIs?|spread|"
    r"sd|variance|"
    r"significan\w*|expected|chance|change[sd]?|differences?|gaps?|margins?|ranks?|correlat\w*|exceptions?|if|"
    r"whether|"
    r"gain\w*|los[et]\w*|drop\w*|fall\w*|fell|ris\w+|rose|increas\w+|improv\w+|declin\w+|swap\w*|cross\w*|"
    r"than (?:half|a|an|one|two|\d)|"
    r"than (?:any|all|every|each|the (?:others?|rest))|least|best|worst|\w{3,}est)\b|n['’]t\b|\?|"
    rf"\b(?:on|in|for|at|of|under|across) (?:{SPELLED}|\d+) [a-z]+s\b",
    re.IGNORECASE,
)
_TAIL = regex(
    r"\s*(?:(?:the|that|those|of|in|for|at|on|under|with|by|after|before|its|is|are|does|did|do|to)\s+)*[`\"'‘*]*",
    re.IGNORECASE,
)


_GATE = regex(
    r"\b(?:than|above|over the|below|beneath|short of|behind|ahead of|past|out|exceed|surpass|beat|"
    r"top|lead|led|out[dsrp]|"
    r"overt|trail|lag|los[et])"
)
"""What every such comparison has."""


@struct
class _Rivals:
    word: DirectionWord
    first: Said
    second: Said
    merit: bool
    pace: str
    span: tuple[int, int]


def rival_clashes(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """One set above another that lies below it on every line that can be meant."""
    if not evidence.sheets or _GATE.search(sentence.text) is None:
        return
    found = [(m, m.lastgroup == "noun") for m in (*_THAN.finditer(sentence.text), *_BEYOND.finditer(sentence.text))]
    if not found:
        return
    asides = [m.span() for m in regex(r"\([^()]*\)").finditer(sentence.text)]
    for match, _ in found:
        left, right = clause_at(sentence, match.start())
        if sum(left <= m.start() < right for m, _ in found) > 1 or any(a <= match.start() < b for a, b in asides):
            continue
        if is_moot_between(sentence, left, right):
            continue
        clash = _judge(evidence, sentence, match, left, right, asides)
        if clash is not None:
            yield clash
            return


def _judge(
    evidence: Evidence, sentence: Sentence, match: re.Match[str], left: int, right: int, asides: list[tuple[int, int]]
) -> Clash | None:
    text = sentence.text
    unread = [
        m[0].lower() for m in _UNREAD.finditer(text, left, right) if not match.start() <= m.start() < match.end() - 4
    ]
    if any(x not in evidence.quantities for x in unread):
        return None
    groups = match.groupdict()
    side = next(k for k in ("up", "down", "better", "worse", "pace") if groups.get(k))
    word = DirectionWord(match.start(side), match.end(side), -1 if side in ("down", "worse") else 1, match[side])
    pairs: dict[int, _Rivals | None] = {}

    def wanted(line: Line, _: Sequence[Said]) -> bool:
        if id(line.axis) not in pairs:
            pairs[id(line.axis)] = _pair(sentence, line, match, word, left, right, asides)
        return pairs[id(line.axis)] is not None

    skip = [(word.start, word.end), *asides]
    bound = bound_lines(evidence, sentence, left, right, wanted, skip)
    kept: list[tuple[Bound, _Rivals, int]] = []
    for b in bound:
        rivals = pairs[id(b.line.axis)]
        if rivals is None or b.line.change or b.line.kind in ("size", "coefficient", "spread"):
            continue
        sign = _sign(b.line, rivals, match)
        end = _end(text, max(rivals.second.end, match.end()), right)
        if not sign or not b.told or not is_told(evidence, b, sentence, left, end, skip):
            continue
        kept.append((b, rivals, sign))
    kept = [k for k in kept if _is_of_numbers(sentence, k[0].line, k[1], left, right)]
    if not kept or not all(_is_denied(b.line, rivals, sign) for b, rivals, sign in kept):
        return None
    b, rivals, _ = kept[0]
    return clash_of(
        sentence,
        word,
        f"'{word.text}' where '{b.line.head}' has {_value(b.line, rivals.first)} and {_value(b.line, rivals.second)}",
    )


def _value(line: Line, said: Said) -> str:
    (i,) = said.members
    return shown(line, line.values[i])


def _pair(
    sentence: Sentence,
    line: Line,
    match: re.Match[str],
    word: DirectionWord,
    left: int,
    right: int,
    asides: list[tuple[int, int]],
) -> _Rivals | None:
    """The two things along a line's axis that a word compares, with no third one beside them."""
    said = [
        s for s in line.axis.find(sentence) if left <= s.start < right and not any(a <= s.start < b for a, b in asides)
    ]
    if len(said) != 2 or any(len(s.members) != 1 for s in said) or said[0].members == said[1].members:
        return None
    first, second = said
    if second.start < match.end() or not _TAIL.fullmatch(sentence.text, match.end(), second.start):
        return None
    noun = match.groupdict().get("noun")
    if first.end > match.start():
        inside = noun is not None and match.start("noun") <= first.start and first.end <= match.end("noun")
        if not inside or sentence.text[first.end : match.end("noun")].strip(" `*'’\""):
            return None  # "more often in Lille than in Ghent"
    elif regex(r"[,:;]\s").search(sentence.text, first.end, match.start()):
        return None
    if {*first.members, *second.members} & line.axis.whole or not {
        *first.members,
        *second.members,
    } <= line.values.keys():
        return None
    merit = bool(match.groupdict().get("better") or match.groupdict().get("worse"))
    return _Rivals(word, first, second, merit, (match.groupdict().get("pace") or "").lower(), match.span())


def _sign(line: Line, rivals: _Rivals, match: re.Match[str]) -> int:
    sign = rivals.word.sign
    if rivals.pace:
        return sense_of(line, rivals.pace)
    merit = merit_of(line)
    if rivals.merit and rivals.word.text.lower() in ("better", "worse"):
        return sign * merit
    if rivals.merit:
        return sign if merit >= 0 else 0
    return sign


def _is_denied(line: Line, rivals: _Rivals, sign: int) -> bool:
    (a,), (b,) = rivals.first.members, rivals.second.members
    x, y = line.values[a], line.values[b]
    return x != y and (x[1] < y[0] + 1e-9 if sign > 0 else x[0] > y[1] - 1e-9)


def _end(text: str, at: int, right: int) -> int:
    stop = regex(r"[,(]").search(text, at, right)
    return right if stop is None else stop.start()


def _is_of_numbers(sentence: Sentence, line: Line, rivals: _Rivals, left: int, right: int) -> bool:
    """True unless the numbers of the clause are no values of the two."""
    stated = [
        n
        for n in sentence.numbers
        if left <= n.start - sentence.start and n.role in ("percent", "value", "coefficient") and not n.signed
    ]
    if not stated:
        return True
    held = [line.values[i] for s in (rivals.first, rivals.second) for i in s.members]
    return any(may_print(n, v) for n in stated for v in held)
