"""What a comparison says of two named things, or of two columns, against the cells in which one table has both.

"Rook is slower than Heron at load 4", "the dry mix cracks more often than the wet one on every floor".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.facts import Fact
from leakstats.records import struct

from ..regex import regex
from .averages import mean
from .boards import Board, boards
from .claims import is_moot
from .directed import clash_of
from .graded import Named, clause_start, columns_of, is_read, measure_of, named, noun_of, sign_of
from .idioms import pairs_of_counts
from .knowledge import Clash, Evidence
from .lexicon import DirectionWord
from .names import words_of
from .passages import Sentence
from .wording import AVERAGED

__all__ = ["pairwise_clashes"]


@struct
class _Comparison:
    """That the first of two is more (+1) or less (-1) than the second."""

    word: DirectionWord
    first: Named
    second: Named
    noun: str
    """What there is more of, or the comparative that says so: "memory", "slower"; "" where nothing does."""


_GATE = regex(
    r"\b(?:than|above|below|ahead of|behind|exceeds?|exceeded|beats?|tops|topped|leads|led|trails?|"
    r"trailed|lags?|lagged|out[a-z]{3,}s|surpass(?:es|ed)|edges out|falls short of)\b",
    re.IGNORECASE,
)


def pairwise_clashes(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """A comparison that every table with both things contradicts, in all the columns or rows that it can mean."""
    if not (_GATE.search(sentence.text) or _SIGN.search(sentence.text)) or is_moot(sentence):
        return
    if pairs_of_counts(sentence):
        return  # "with 5 of 10 above the baseline" has a rule of its own
    found: list[tuple[_Comparison, bool, bool, str]] = []
    for board in boards(evidence):
        if not board.printed or sentence.passage.plain in board.about:
            continue
        compared = _comparison(evidence, board, sentence)
        if compared is None:
            continue
        heads = " ".join(board.header.values()).lower()
        if any(m[0].lower() not in heads for m in _UNREAD.finditer(sentence.text)):
            continue
        pairs = _pairs(evidence, board, sentence, compared)
        if _OF_MERIT.match(compared.word.text) and all(x.value < 0 for pair in pairs for x in pair):
            continue  # of two negative coefficients the stronger beats the other
        if pairs and _are_printed(sentence, pairs):
            of_name = bool(compared.noun) or any(x.down != compared.first.down for x in named(board, sentence))
            found.append((compared, of_name, _denied(board, sentence, compared.word.sign, pairs), _shown(pairs[0])))
    found = [x for x in found if x[1]] or found  # a table whose other axis is named too, before one of which it is not
    if found and all(denied for _, _, denied, _ in found):
        compared, _, _, shown = found[0]
        yield clash_of(sentence, compared.word, f"'{compared.word.text}' where {shown}")


_OF_MERIT = regex(
    r"(?:beats?|tops|topped|leads|led|trails?|trailed|lags?|lagged|out\w+|surpass\w*|edges|ahead|behind|better|worse)\b",
    re.IGNORECASE,
)


def _are_printed(sentence: Sentence, pairs: list[tuple[Fact, Fact]]) -> bool:
    """True unless the numbers of a sentence are of other cells: "with 18 kg the heron is smaller than the rook"."""
    said_ones = [n for n in sentence.numbers if n.role in ("percent", "value", "coefficient", "count")]
    return not said_ones or any(
        n.allows(x.value) or n.allows(100 * x.value) for n in said_ones for p in pairs for x in p
    )


def _denied(board: Board, sentence: Sentence, sign: int, pairs: list[tuple[Fact, Fact]]) -> bool:
    """True if the second is surely more in each case, or in one of the rows of which all are said."""
    others = [max((a.low - b.high) * sign, (a.high - b.low) * sign) < -1e-9 for a, b in pairs]
    every = any(words_of(m["noun"]) & board.axis for m in _EVERY.finditer(sentence.text))
    return all(others) or (every and any(others))


_EVERY = regex(r"\b(?:in|at|for|on|under|with|across) (?:every|each|all) (?:the )?(?P<noun>[a-z]+)\b", re.IGNORECASE)
_UNREAD = regex(
    r"\b(?:not|never|neither|nor|no|none|nobody|hardly|barely|scarcely|nowhere|only|most|many|several|some|almost|"
    r"nearly|either|or|unless|except|apart|unlike|without|relative|ratio|times|twice|half|adjust\w*|per|interval\w*|"
    r"CIs?|spread|sd|variance|significan\w*|expected|chance|median|change[sd]?|differences?|gaps?|ranks?|"
    r"correlat\w*|ρ|rho|exceptions?|but (?:for|one|two|three|four|\d+))\b|n['’]t\b",
    re.IGNORECASE,
)
"""In such a sentence it may be of less than all cells, of more than one, or of none."""


# -- words -------------------------------------------------------------------------------------------------------------

_UP = "higher|greater|larger|bigger|more|slower|longer|costlier|pricier|dearer|commoner|oftener|likelier"
_DOWN = "lower|smaller|less|fewer|faster|quicker|shorter|cheaper|rarer|scarcer"
_COMPARED = regex(rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\b", re.IGNORECASE)
_BEYOND = regex(
    r"\b(?:(?P<up>above|ahead of|exceed(?:s|ed)|beats?|tops|topped|leads|led|outdoes|outscore[sd]|outrank(?:s|ed)|"
    r"outpace[sd]|surpass(?:es|ed)|edges out)|(?P<down>below|behind|beneath|trails|trailed|lags(?: behind)?|"
    r"lagged(?: behind)?|falls short of))\b",
    re.IGNORECASE,
)
_SIGN = regex(r"\s(?:(?P<up>>)|(?P<down><))\s")
_TAIL = regex(
    r"\s*(?:(?:the|that|those|of|in|for|at|on|under|with|its|by|after|before|did|does|do|is|was|to)\s+)*[`\"'‘*]*",
    re.IGNORECASE,
)


def _comparison(evidence: Evidence, board: Board, sentence: Sentence) -> _Comparison | None:
    """The one comparison of two rows or two columns that a sentence makes, with nothing unknown between them."""
    names = named(board, sentence)
    found = []
    for pattern in (_COMPARED, _BEYOND, _SIGN):
        for match in pattern.finditer(sentence.text):
            side = "up" if match["up"] else "down"
            word = DirectionWord(match.start(side), match.end(side), 1 if match["up"] else -1, match[side])
            if any(x.start <= sentence.start + word.start < x.end for x in names):
                continue
            one = _around(evidence, board, sentence, names, word, than=pattern is _COMPARED)
            if one is not None:
                found.append(one)
            elif pattern is not _COMPARED or sentence.text.find("than", match.end()) >= 0:
                return None  # of another comparison nothing is known
    return found[0] if len(found) == 1 else None


def _around(
    evidence: Evidence, board: Board, sentence: Sentence, names: list[Named], word: DirectionWord, *, than: bool
) -> _Comparison | None:
    start, end = sentence.start + word.start, sentence.start + word.end
    last = end
    if than:
        behind = _THAN.match(sentence.text, word.end)
        if behind is None:
            return None
        last = sentence.start + behind.end()
    second = next((x for x in names if x.start >= last), None)
    if second is None or not _TAIL.fullmatch(sentence.between(last, second.start)):
        return None
    between = [x for x in names if end <= x.start < last and x.down == second.down]
    if than and len(between) == 1:
        first = between[0]  # "more often in Lille than in Ghent"
        said_of = sentence.between(end, first.start)
        gap = _THAN_NEXT.fullmatch(sentence.between(first.end, last))
        lead = regex(r"[,;:(]\s").split(sentence.between(sentence.start, start))[-1]
        if gap is None:
            return None
    else:
        before = [x for x in names if x.end <= start and x.down == second.down]
        if between or not before:
            return None
        first = before[-1]
        lead, said_of = sentence.between(first.end, start), sentence.between(end, last)
    if first.which == second.which or regex(r"[;:.()]").search(lead):
        return None
    noun = noun_of(word.text, regex(r"\bthan\b.*", re.DOTALL).sub("", said_of), lead)
    opened = clause_start(sentence, min(first.start, start))
    if noun is None or not is_read(evidence, board, sentence, opened, start):
        return None
    points = _BY_POINTS.match(sentence.text, second.end - sentence.start)
    if points is not None and not is_read(
        evidence, board, sentence, sentence.start + points.end(), _clause_end(sentence, second.end)
    ):
        return None
    return _Comparison(word, first, second, noun)


def _clause_end(sentence: Sentence, at: int) -> int:
    """Where the words behind a place stop."""
    stop = _HALT.search(sentence.text, at - sentence.start)
    return sentence.end if stop is None else sentence.start + stop.start()


_HALT = regex(r"[,;:(]|\.(?!\d)")
_BY_POINTS = regex(r"[^,;:.()]{0,20} by [\d.,]+ (?:percentage )?(?:points?|pp)\b")
_THAN = regex(r"(?:\s+[^\s,;:.()]+){0,7}?,?\s+than\b", re.IGNORECASE)
_THAN_NEXT = regex(r"[`\"'’*]*(?:\s+[a-z]+)?\s+than", re.IGNORECASE)
# -- cells -------------------------------------------------------------------------------------------------------------


def _pairs(evidence: Evidence, board: Board, sentence: Sentence, compared: _Comparison) -> list[tuple[Fact, Fact]]:
    """The two cells in each row or column that is meant."""
    first, second = compared.first, compared.second
    left, right = _clause(sentence, compared)
    others = [x for x in named(board, sentence) if x.down != first.down and left <= x.start < right]
    across = {x.which for x in others}
    if len(across) > 1 and len({x.start < second.start for x in others}) > 1:
        return []  # "the peak of Ghent is above the start of Lille"
    if first.down:
        columns = columns_of(
            evidence, board, sentence, compared.noun, across, sized=_SIZE.fullmatch(compared.word.text) is not None
        )
        cells = [((first.which, c), (second.which, c), sign) for c, sign in columns]
    else:
        sign = sign_of(board.about + " " + board.header[first.which], compared.noun)
        kind = measure_of(evidence, board, first.which)
        alike = kind == measure_of(evidence, board, second.which) and (
            compared.noun != "often" or (kind or ("", False))[1]
        )
        rows = across or {r for name, r in board.rows.items() if name != "<all>"}
        cells = [((r, first.which), (r, second.which), sign) for r in sorted(rows) if sign and alike]
    out = []
    for a, b, sign in cells:
        if board.cells.get(a) and board.cells.get(b):
            x, y = board.cells[a][0][1], board.cells[b][0][1]
            out.append((x, y) if sign > 0 else (y, x))
    return [_averaged(out)] if out and not first.down and not across and AVERAGED.search(sentence.text) else out


_SIZE = regex(r"larger|bigger|greater|smaller", re.IGNORECASE)
"""Of a thing, these may be of what no table has."""


def _averaged(pairs: list[tuple[Fact, Fact]]) -> tuple[Fact, Fact]:
    """The means of the first and of the second."""
    sides = zip(*pairs, strict=True)
    first, second = (
        Fact("mean", frozenset(), mean(f.low for f in side), mean(f.high for f in side), f"mean of {side[0].pointer}")
        for side in sides
    )
    return first, second


def _clause(sentence: Sentence, compared: _Comparison) -> tuple[int, int]:
    """Where the clause of a comparison begins and ends."""
    cuts = [sentence.start + m.start() for m in _CUT.finditer(sentence.text)]
    left = max((c for c in cuts if c <= compared.first.start), default=sentence.start)
    return left, min((c for c in cuts if c >= compared.second.end), default=sentence.end)


_CUT = regex(
    r"[;:]\s|\s[—–]\s|,\s(?:while|whereas|but|and|though|yet|although|even|unlike|contrar\w+|"
    r"as opposed|in contrast|despite|in spite|"
    r"which|who|where|not)\b|"
    r"\s(?:but|while|whereas|though|although|yet)\b"
)


def _shown(pair: tuple[Fact, Fact]) -> str:
    first, second = (f"{x.value:.4g} ({x.pointer})" for x in pair)
    return f"the table has {first} against {second}"
