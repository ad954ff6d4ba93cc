"""Things and values joined in a list, "the clerk, the nun and the pilot", and which value of two lists is whose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from leakstats.records import struct

from ..regex import regex
from .grammar import Number
from .names import Mention
from .passages import Sentence, once

__all__ = ["Paired", "is_of_some_list", "joins_names", "list_of", "pair_of", "paired", "runs_of_names"]

_NAMES = regex(
    r"(?:['’]s?(?![A-Za-z]))?[`\"”’'*_)]*\s*(?:,|&|/|\+|,?\s*(?:and|or|nor|vs\.?|versus|as well as))\s*"
    r"(?:(?:also|then|finally)\s+)?(?:(?:for|in|of|at|by|with|under)\s+)?(?:the\s+|L(?=\d)|layer\s+)?[`\"“‘'*_(]*",
)
_VALUES = regex(r"\s*(?:,|;|/|,?\s*(?:and|or|vs\.?|versus|against|as well as))\s*(?:(?:a|an|the)\s+)?")
_BRACKETS = regex(r"\s*(?:\([^()\[\]]*\)|\[[^()\[\]]*\])")
_SPAN = regex(r"\b(?:between|both|from|either)\s+(?:about |roughly )?$")
_CUT = regex(r"[;.](?=\s)|\b(?:while|whereas|but|than|unlike|although|though|against|versus|vs)\b")
_ASIDE = regex(
    r"\b(?:unlike|without|except|excluding|beyond|than|over|above|below|against|besides|from|between|not)\s+"
    r"(?:both\s+)?(?:the\s+)?[`\"“‘'*_]*$",
    re.IGNORECASE,
)
_LEADS = regex(
    r"\s*%?[)\]]?,?\s*(?:\(|:|–|—|(?:[a-z]+\s+){0,5}?(?:for|in|of|at|by|to|from|under|with|go to|belong to)\s)"
    r"\s*(?:both\s+)?(?:the\s+|layers?\s+|L(?=\d))?[`\"“‘'*_]*(?:[a-z]+\s+){0,2}"
)
_THEIR = regex(r"\W*(?:Their|They|These|Those|The two|The three|The four|Both|In that order|In turn)\b")
_STATED = regex(r"\b(?:respectively|in (?:that|this|the same) order|in turn|each in (?:its|their) turn)\b")
"""The two lists are said to go together member by member."""


@struct
class Paired:
    """A value of a list and the thing at its place in a list of as many things."""

    name: Mention
    others: tuple[Mention, ...]
    """All things of the list, in order."""
    values: tuple[Number, ...]
    """All values of the list, in order."""
    stated: bool
    """The words say that the order is the same."""
    gap: tuple[int, int]
    """Between the lists."""


def joins_names(text: str) -> bool:
    """True for what stands between two things of a list: ", ", " and the "."""
    return _NAMES.fullmatch(text) is not None


@once
def runs_of_names(sentence: Sentence) -> tuple[tuple[Mention, ...], ...]:
    """The lists of two or more things, layers and epochs apart from others."""
    runs: list[list[Mention]] = []
    for mention in sentence.names:
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and last.name[:1].startswith("#") == mention.name[:1].startswith("#")
            and joins_names(sentence.between(last.end, mention.start))
        ):
            runs[-1].append(mention)
        else:
            runs.append([mention])
    return tuple(tuple(r) for r in runs if len(r) > 1 and len({m.name for m in r}) == len(r))


def list_of(sentence: Sentence, name: Mention) -> tuple[Mention, ...]:
    """The list in which ``name`` stands; empty where it stands alone."""
    return next((run for run in runs_of_names(sentence) if name in run), ())


@once
def _runs_of_values(sentence: Sentence) -> tuple[tuple[Number, ...], ...]:
    """The lists of two or more values of a kind; each may have a bracket behind it."""
    return tuple(_found_runs(sentence))


def _found_runs(sentence: Sentence) -> Iterator[tuple[Number, ...]]:
    run: list[Number] = []
    for number in sentence.numbers:
        if number.role not in ("percent", "value", "coefficient", "points") or (number.bound and number.bound != "~"):
            continue
        if run:
            between = sentence.between(run[-1].end, number.at)
            bare = _BRACKETS.sub("", between)
            if bare.count("(") != bare.count(")") or bare.count("[") != bare.count("]"):
                if "(" in bare or "[" in bare:
                    continue  # in the bracket behind the last one
                yield from _one(run)
                run = [number]
                continue
            if number.role == run[-1].role and _VALUES.fullmatch(bare):
                run.append(number)
                continue
            yield from _one(run)
        run = [number]
    yield from _one(run)


def _one(run: Sequence[Number]) -> Iterator[tuple[Number, ...]]:
    if len(run) > 1:
        yield tuple(run)


@once
def paired(sentence: Sentence) -> dict[int, Paired]:
    """The values that stand in a list beside a list of as many things, by position in the sentence.

    "The clerk and the nun reach 12% and 40%", "0.31, 0.44 and 0.52 at L4, L9 and L14"; of one list of things there
    may be two of values, "from 12% and 40% to 20% and 60%".
    """
    out: dict[int, Paired] = {}
    at = {id(n): i for i, n in enumerate(sentence.numbers)}
    last: tuple[tuple[Mention, ...], tuple[Number, ...]] | None = None
    for values in _runs_of_values(sentence):
        names, gap = _things(sentence, values, last)
        if not names:
            continue
        last = (names, values)
        stated = _STATED.search(sentence.text) is not None
        for number, name in zip(values, names, strict=True):
            out[at[id(number)]] = Paired(name, names, values, stated, gap)
    return out


def is_of_some_list(sentence: Sentence, number: Number) -> bool:
    """True for a value of a list of three or more with no list of as many things: "they began at 9%, 12% and 4%"."""
    inside = any(len(run) > _TWO_VALUES and number in run for run in _runs_of_values(sentence))
    return inside and pair_of(sentence, number) is None


_TWO_VALUES = 2


def pair_of(sentence: Sentence, number: Number) -> Paired | None:
    """Of what list a value is a member, and whose it is; ``None`` for one that stands alone."""
    return next((pair for i, pair in paired(sentence).items() if sentence.numbers[i] is number), None)


_NO_THINGS: tuple[tuple[Mention, ...], tuple[int, int]] = ((), (0, 0))


def _things(
    sentence: Sentence, values: tuple[Number, ...], last: tuple[tuple[Mention, ...], tuple[Number, ...]] | None
) -> tuple[tuple[Mention, ...], tuple[int, int]]:
    """The one list of things beside a list of values, and where the words between the two begin and end."""
    first, end = values[0].at, values[-1].end
    if _SPAN.search(sentence.between(max(sentence.start, first - 20), first)) and not (
        last is None and _two_lists(sentence, values)
    ):
        return _NO_THINGS
    if any(values[0].start < m.start < end for m in sentence.names):
        return _NO_THINGS
    before = [m for m in sentence.names if m.end <= first]
    after = [m for m in sentence.names if m.start >= end]
    fore = _ending(sentence, before, len(values), first)
    if fore:
        start = fore[-1].end
        between = [x for x in sentence.numbers if start <= x.start < first and x.role not in ("n", "none", "index")]
        served = last is not None and last[0] == fore and all(x in last[1] for x in between)
        clear = not between or served
        if (
            clear
            and not _CUT.search(sentence.between(start, first))
            and not _ASIDE.search(sentence.between(max(sentence.start, fore[0].start - 32), fore[0].start))
        ):
            return fore, (start, first)
        they = _THEY.search(sentence.between(start, first))
        if they is not None and {m.name for m in before if not m.name.startswith("#")} == {m.name for m in fore}:
            return fore, (first - len(they["own"]), first)  # "A and B began at 0%, but by now they stand at 12% and 4%"
        return _NO_THINGS
    clause = _in_clause(sentence, before, values)
    if clause:
        return clause, (clause[-1].end, first)
    back = _opening(sentence, after, len(values))
    if back and _LEADS.fullmatch(_BRACKETS.sub("", sentence.between(end, back[0].start))):
        return back, (end, back[0].start)
    if not sentence.names and _THEIR.match(sentence.text):
        return _of_sentence_before(sentence, len(values)), (sentence.start, first)
    return _NO_THINGS


_TO = regex(r"\s*(?:up |down )?to\s+$")
_THEY = regex(
    r"[,;]\s[^.;:,()]{0,40}?\b(?P<own>they\s+(?:now |then |only |finally )?(?:stand|are|were|stood|lie|lay|sit|end|"
    r"ended|finish\w*|reach\w*|have|had|show\w*|come|came|arrive[sd]?|g[oe]t|got)\s+(?:up |out )?(?:at |on |to |with )?"
    r"(?:only |just )?)$",
    re.IGNORECASE,
)


def _two_lists(sentence: Sentence, values: tuple[Number, ...]) -> bool:
    """True for "from 12% and 40% to 20% and 60%": no range, and no move from the second value to the third."""
    behind = [x for x in sentence.numbers if x.start >= values[-1].end and x.role == values[0].role]
    return len(behind) >= len(values) and _TO.fullmatch(sentence.between(values[-1].end, behind[0].at)) is not None


def _ending(sentence: Sentence, before: list[Mention], size: int, first: int) -> tuple[Mention, ...]:
    """The list of ``size`` things that ends the names in front of a value."""
    things = [m for m in before if not m.name.startswith("#")] or before
    run = list_of(sentence, things[-1]) if things else ()
    return run if len(run) == size and run[-1].end <= first else ()


_OPEN = regex(r".*[(\[]\s*[+−–-]?", re.DOTALL)
_AGAINST = regex(r"\b(?:vs|versus|against|as well)\b")
_CLOSED = regex(r"\s*%?\s*[)\]]")
_CLAUSE = regex(r".*(?:[;:]|\b(?:while|whereas|but)\b)", re.DOTALL)


def _in_clause(sentence: Sentence, before: list[Mention], values: tuple[Number, ...]) -> tuple[Mention, ...]:
    """The only things of the clause, where the bracket behind it holds as many values and nothing else.

    "The clerk reaches four times the level of the nun (48%, 12%)".
    """
    first = values[0].at
    text = sentence.between(sentence.start, first)
    if not before or not _OPEN.fullmatch(sentence.between(before[-1].end, first)):
        return ()
    if not _CLOSED.match(sentence.between(values[-1].end, sentence.end)):
        return ()
    if any(_AGAINST.search(sentence.between(a.end, b.at)) for a, b in pairwise(values)):
        return ()  # two that are weighed, and no list
    cut = _CLAUSE.match(text)
    start = sentence.start + (cut.end() if cut else 0)
    things = [m for m in before if m.start >= start and not m.name.startswith("#")]
    alone = len({m.name for m in things}) == len(things) == len(values)
    told = any(start <= x.start < first and x.role == values[0].role for x in sentence.numbers)
    return tuple(things) if alone and not told else ()


def _opening(sentence: Sentence, after: list[Mention], size: int) -> tuple[Mention, ...]:
    run = list_of(sentence, after[0]) if after else ()
    return run if len(run) == size and run[0] == after[0] else ()


def _of_sentence_before(sentence: Sentence, size: int) -> tuple[Mention, ...]:
    """The only things of the sentence before, each named once: "The clerk and the nun differ. Their rates are …"."""
    earlier = [s for s in sentence.passage.sentences if s.end <= sentence.start]
    things = [m for m in (earlier[-1].names if earlier else ()) if not m.name.startswith("#")]
    return tuple(things) if len(things) == size == len({m.name for m in things}) else ()
