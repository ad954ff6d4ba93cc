"""Which way values go between two things that are named, two states, or all along a course, in a word of direction.

"From May to June yields fell in every orchard", "style went up in all nine", "delay shrinks at every round".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..regex import regex
from .changed_lines import change_lines
from .directed import clash_of
from .grids import Interval
from .knowledge import Clash, Evidence
from .lexicon import DirectionWord, direction_words
from .line_binding import Bound, bound_lines, clause_at, is_moot_between, is_told, values_of
from .passages import Sentence
from .scales import merit_of
from .sides import Said
from .table_lines import Line
from .wording import EXCEEDS

__all__ = ["trend_clashes"]

_UNREAD = regex(
    r"\b(?:not|never|neither|nor|no|none|nobody|hardly|barely|scarcely|only|most|many|several|some|almost|nearly|"
    r"unless|except|apart|without|relative|ratio|times|twice|half|thirds?|interval\w*|CIs?|spread|sd|variance|"
    r"significan\w*|expected|chance|differences?|gaps?|margins?|ranks?|correlat\w*|exceptions?|if|whether|than|"
    r"least|best|worst|\w{3,}est|rate of|slower|faster|p-values?|then|before|turns?|again|both|first|"
    r"leads?|leading|but (?:for|one|two)|(?<!every )(?<!each )one of)\b|n['’]t\b|\?|\bper\b",
    re.IGNORECASE,
)
_MERIT = regex(r"improv|worsen|better|worse|recover|regress|advanc|progress|deteriorat|suffer", re.IGNORECASE)
_FROM_TO = regex(
    r"\b(?:from|between|moving from|going from|cutting|swapping|replacing)\s+(?:the )?[`\"'*]*$", re.IGNORECASE
)
_TO = regex(r"[`\"'*]*(?:['’]s)?\s*(?:to|→|->|and|with|for|down to|up to|over to)\s+(?:the )?[`\"'*]*", re.IGNORECASE)
_ALONG = regex(
    r"\b(?:(?:at|with|by|after|in) (?:every|each) (?:\w+ )?(?P<axis>[a-z]+)\b|from (?P<one>[a-z]+) to (?P=one)\b|"
    r"throughout|all the way|without exception|monoton\w+|steadily|over the (?:whole )?(?:run|course|training)|"
    r"during (?:the )?(?:run|training)|with (?:more )?(?:training|depth|steps)|until the (?:very )?end|"
    r"to the (?:very )?end|"
    r"over (?:training|the steps|time)|step by step)",
    re.IGNORECASE,
)
_CAUSES = regex(
    r"(?:lower|rais|cut|reduc|lift|boost|halv|doubl|push|pull|drag|depress|bring|brought|tak|took)\w*(?: up| down)?",
    re.IGNORECASE,
)
_GATE = regex(
    r"\b(?:[Ff]rom|[Bb]etween|[Gg]oing|[Cc]utting|[Ss]wapping|[Rr]eplacing|every|each|all|"
    r"[Tt]hroughout|without exception|"
    r"monoton|steadily|[Oo]ver|[Dd]uring|[Ww]ith|until|to the (?:very )?end|step by step|[Aa]fter|"
    r"thereafter|since|[Oo]nce)"
)
"""What says between what, or along what, it goes."""
_AFTER_WHICH = regex(
    r"\b(?:after which|from then on|from there(?: on)?|thereafter|from which point|since then|afterwards)\b",
    re.IGNORECASE,
)


def trend_clashes(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """A word of direction against every course, or every pair of values, that can be meant."""
    if not evidence.sheets or _GATE.search(sentence.text) is None:
        return
    words = [w for w in direction_words(sentence.text) if not w.polar and not EXCEEDS.fullmatch(w.text)]
    words += [DirectionWord(m.start(), m.end(), 1 if m["up"] else -1, m[0]) for m in _GETS.finditer(sentence.text)]
    for word in sorted(words, key=lambda w: w.start):
        left, right = clause_at(sentence, word.start)
        rivals = [w for w in words if left <= w.start < right and w is not word]
        if any(w.sign != word.sign for w in rivals) or _SIZED.match(sentence.text, word.end):
            continue
        if is_moot_between(sentence, left, right):
            continue
        clash = _judge(evidence, sentence, word, left, right)
        if clash is not None:
            yield clash
            return


_BECOMES = r"(?:gets?|got|getting|grows?|grew|becomes?|became|turns?) (?:ever |steadily |much |far )?"
_GETS = regex(
    rf"\b(?:(?P<up>{_BECOMES}(?:longer|higher|larger|bigger|heavier|costlier)|(?:creeps|crept|edge[sd]|inche[sd]|"
    rf"ticks|ticked) up)|{_BECOMES}(?:shorter|lower|smaller|lighter|cheaper)|"
    r"(?:creeps|crept|edge[sd]|inche[sd]|ticks|ticked) down|slid|slides|slips|slipped)\b",
    re.IGNORECASE,
)
_SIZED = regex(r"\s+(?:more|less|most|least|further|faster|slower)\b", re.IGNORECASE)


def _judge(evidence: Evidence, sentence: Sentence, word: DirectionWord, left: int, right: int) -> Clash | None:
    text = sentence.text
    comma = _COMMA.search(text, word.end, right)
    right = right if comma is None else comma.start()
    if any(m[0].lower() not in evidence.quantities for m in _UNREAD.finditer(text, left, right)):
        return None
    for reader in (_between_things, _along_course, _between_states):
        found = [x for x in reader(evidence, sentence, word, left, right) if x[2]]
        if not found:
            continue
        signs = {_sign(word, line) for line, _, _ in found}
        if signs != {word.sign} and signs != {-word.sign}:
            return None
        (sign,) = signs
        gains = [g for _, _, group in found for g in group]
        if all(max(low * sign, high * sign) < -1e-9 for low, high in gains):
            line, shown, _ = found[0]
            return clash_of(sentence, word, f"'{word.text}' where '{line.head}' {shown}")
        return None
    return None


def _sign(word: DirectionWord, line: Line) -> int:
    return word.sign * merit_of(line) if _MERIT.match(word.text) else word.sign


_COMMA = regex(
    r",\s(?!(?:in|for|at|on|under|across|within|except|but|if|when|after|before|among|over|during)\b)|\s?\(",
    re.IGNORECASE,
)
_Found = tuple[Line, str, list[Interval]]


def _fits(evidence: Evidence, sentence: Sentence, b: Bound, left: int, right: int, word: DirectionWord) -> bool:
    end = regex(r"[,(]\s?").search(
        sentence.text, max(word.end, *(s.end for s in b.things), 0) if b.things else word.end, right
    )
    stop = right if end is None else end.start()
    return (
        b.told
        and b.line.kind not in ("size", "spread")
        and is_told(evidence, b, sentence, left, stop, [(word.start, word.end)])
    )


def _between_things(
    evidence: Evidence, sentence: Sentence, word: DirectionWord, left: int, right: int
) -> Iterator[_Found]:
    """ "From May to June": along an axis that has both."""

    def ends(own: Sequence[Said]) -> tuple[int, int] | None:
        said = [s for s in own if len(s.members) == 1]
        if len(said) != 2 or said[0].members == said[1].members:
            return None
        a, b = said
        if not (_FROM_TO.search(sentence.text, 0, a.start) and _TO.fullmatch(sentence.text, a.end, b.start)):
            return None
        return next(iter(a.members)), next(iter(b.members))

    skip = [(word.start, word.end)]
    for b in bound_lines(evidence, sentence, left, right, lambda line, own: ends(own) is not None, skip):
        pair = ends(b.things)
        if pair is None or b.line.change or b.line.kind == "coefficient":
            continue
        first, last = pair
        values = b.line.values
        if first in values and last in values and _fits(evidence, sentence, b, left, right, word):
            x, y = values[first], values[last]
            shown = f"goes from {_mean(x):.4g} to {_mean(y):.4g}"
            yield b.line, shown, [(y[0] - x[1], y[1] - x[0])] if x != y else []


def _mean(value: Interval) -> float:
    return (value[0] + value[1]) / 2


def _along_course(
    evidence: Evidence, sentence: Sentence, word: DirectionWord, left: int, right: int
) -> Iterator[_Found]:
    """ "At every step", "until the end": along an axis of steps or layers."""
    text = sentence.text
    if _CAUSES.fullmatch(word.text):
        return  # what something else does to it
    along, since = _ALONG.search(text, left, right), _AFTER_WHICH.search(text, 0, right)
    if along is None and since is None:
        return
    skip = [(word.start, word.end)]
    from_point = since is not None and since.end() <= word.start
    start = clause_at(sentence, since.start() - 1)[0] if from_point and since is not None else left
    for b in bound_lines(evidence, sentence, start, right, lambda line, own: line.axis.ordered and line.down, skip):
        things = b.line.axis.things
        points = [next(iter(s.members)) for s in b.things if len(s.members) == 1]
        if not all(i in b.line.values for i in things) or not _fits(evidence, sentence, b, left, right, word):
            continue
        if from_point:
            if len(points) != 1:
                continue
            things = [i for i in things if i >= points[0]]
        elif points:
            continue
        if len(things) < 2:
            continue
        x, y = b.line.values[things[0]], b.line.values[things[-1]]
        yield b.line, f"goes from {_mean(x):.4g} to {_mean(y):.4g}", [(y[0] - x[1], y[1] - x[0])]


_OF_STATES = regex(
    r"\b(?:after|once) (?:\w+ )?(?:tuning|training|fine-?tuning|tuned|trained|the)\b|\b(?:in|for|at|on|under|"
    r"across) (?:every|each|all)\b|"
    r"\b(?:every|each) [a-z]+\b",
    re.IGNORECASE,
)


def _between_states(
    evidence: Evidence, sentence: Sentence, word: DirectionWord, left: int, right: int
) -> Iterator[_Found]:
    """Between before and after, for a thing that is named or for all of them."""
    if _OF_STATES.search(sentence.text, left, right) is None:
        return
    skip = [(word.start, word.end)]

    def wanted(_: Line, own: Sequence[Said]) -> bool:
        return all(len(s.members) == 1 for s in own) and len({s.members for s in own}) < 2

    pool = [line for line in change_lines(evidence) if line.down]
    for b in bound_lines(evidence, sentence, left, right, wanted, skip, pool):
        if not _fits(evidence, sentence, b, left, right, word):
            continue
        values = values_of(b.line)
        named = [i for s in b.things for i in s.members]
        chosen = [values[i] for i in (named or values) if i in values]
        if named and regex(r"\b(?:every|each|all)\b").search(sentence.text[left:right]):
            chosen = list(values.values())
        if chosen and len(chosen) >= min(len(values), 1):
            shown = f"has {_mean(chosen[0]):+.4g}"
            yield b.line, shown, chosen
