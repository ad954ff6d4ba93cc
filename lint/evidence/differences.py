"""Differences in points of the rates that stand beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import permutations

from leakstats.facts import Fact
from leakstats.records import replace

from ..regex import regex
from .apart import apart, clause_of
from .bare_differences import bare_clash
from .beside import adjacent
from .claims import is_claim, is_moot
from .compared import (
    EARLIER_ISSUE,
    END_TO_END,
    OTHER_SET,
    difference_fits,
    distinct_rates,
    holds_rates,
    is_parted,
    known_pairs,
    meant_facts,
    rates_of,
    speaks_of_two,
    turns_away,
    values_of,
    widest_pairs,
)
from .contrasts import contrast
from .coordination import joins_names, pair_of
from .gaps import gap_clash
from .grammar import Number
from .idioms import Span, interval_ends, is_rate, pairs_of_counts, spans
from .knowledge import Clash, Evidence
from .lexicon import direction_words
from .listed_differences import listed_difference_clashes
from .names import words_of
from .operands import levels, operands
from .passages import Sentence
from .since_start import since_start_clash
from .spreads import spread_clash
from .told_pairs import told_clash
from .unpaired import is_of_data, is_unpaired
from .wording import CHANGES, DIFFERS, LOSS

__all__ = ["difference_clashes"]


def difference_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Differences in points that no two of the rates beside them have."""
    told: set[tuple[int, int]] = set()
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences:
            for number in sentence.numbers:
                if number.role != "points":
                    wrong = bare_clash(evidence, sentence, number)
                elif _is_bounded(sentence, number) or _threshold(sentence, number):
                    wrong = spread_clash(evidence, sentence, number)
                else:
                    wrong = (
                        _judge(evidence, sentence, number)
                        or _against_named(evidence, sentence, number)
                        or since_start_clash(evidence, sentence, number)
                        or _against_told(evidence, sentence, number)
                        or spread_clash(evidence, sentence, number)
                    )
                if wrong:
                    place = passage.place(number.start, number.end)
                    told.add((place.line, place.column))
                    yield Clash("difference", place, wrong, "subtract again, from unrounded values")
    yield from (c for c in listed_difference_clashes(evidence) if (c.place.line, c.place.column) not in told)


def _judge(evidence: Evidence, sentence: Sentence, number: Number) -> str:
    """What is wrong with a difference: that of its own two rates, of the one thing that changes, of these rates."""
    stated = operands(sentence).get(number.start)
    if stated is not None and not is_of_data(sentence, number):
        return "" if stated.fit() else stated.against()
    if (
        is_unpaired(evidence, sentence, number)
        or EARLIER_ISSUE.search(sentence.text)
        or is_moot(sentence)
        or _OF_DIFFERENCES.search(sentence.text)
        or _OF_LEG.search(sentence.text)
        or _PART_OF_IT.match(sentence.between(number.end, sentence.end))
        or _is_over_unstated(sentence, number)
        or _is_from_elsewhere(sentence, number)
    ):
        return ""
    bound = contrast(evidence, sentence, number, number.start)
    if bound is not None:
        if not (bound.differs(*_allowed(number)) or bound.differs(number.low, number.high)):
            return f"{number.text} points is no difference of the values that it speaks of{bound.against()}"
        if not number.signed:
            return ""
    if number.signed and _opens(sentence, number) and (moved := _moves_before(sentence)):
        return "" if difference_fits(*_allowed(number), moved, True) else _OF_NO_RATES.format(number.text)
    here = distinct_rates(rates_of(sentence, False))
    owner = _owner(sentence, number) or _owner_in_list(evidence, sentence, number)
    if owner and number.signed:
        if _stands_in_contrast(evidence, sentence, number, owner):
            return ""
        timed = not evidence.datasets and any(m.name.startswith("#") for m in sentence.names)
        if not timed and _changes_of(evidence, owner):
            wrong = f"{number.text} points is no change that is known of what it speaks of"
            return wrong if _is_no_change(evidence, sentence, number, owner) else ""
    taken = {x.scaled() for o in operands(sentence).values() for pair in o.pairs for x in pair}
    if taken and len(set(here) - taken) < 2:
        return ""  # the rates of the sentence have a difference of their own
    if pairs_of_counts(sentence) and len(here) < 2 and not number.signed:
        return ""  # the bar that things are counted by
    if len(here) == 2 and _is_of_another_pair(sentence, number, here):
        return ""
    if number.signed and _is_apart_from_rates(sentence, number):
        return ""
    apart = _IS_APART.match(sentence.between(number.end, number.end + 12)) is not None
    if len(here) == 2 and not number.signed and (apart or _compares_two(sentence, number)):
        a, b = here
        return "" if difference_fits(*_allowed(number), [(a, b)], False) else _OF_NO_RATES.format(number.text)
    if not here and (wrong := gap_clash(evidence, sentence, number, owner)):
        return wrong
    if _is_near(sentence, number, here) or _is_known_change(evidence, sentence, number):
        return ""
    return _OF_NO_RATES.format(number.text) if _is_of_these(evidence, sentence, number, here) else ""


def _against_told(evidence: Evidence, sentence: Sentence, number: Number) -> str:
    """What is wrong with a difference that can only be of the rates that its paragraph tells."""
    if number.start in operands(sentence):
        return ""
    wrong = told_clash(evidence, sentence, number)
    if not wrong or is_unpaired(evidence, sentence, number) or is_moot(sentence):
        return ""
    return "" if any(x.search(sentence.text) for x in (EARLIER_ISSUE, _OF_DIFFERENCES, _OF_LEG)) else wrong


def _is_of_another_pair(sentence: Sentence, number: Number, here: Sequence[tuple[float, float]]) -> bool:
    """True if the two rates of a sentence have their difference told already, or are the bounds of a group.

    "They reach 92% and 86%, 6 points apart; on the second day the difference is 15 points", "four lie between 50% and
    60%, and the ends of the group differ by 8 points".
    """
    own = sentence.between(sentence.start, number.start)
    if _BOUNDS.search(own) and any(m.start > sentence.start + (own.rfind("%")) for m in sentence.names):
        return True
    told = [n for n in sentence.numbers if n.role == "points" and n.end <= number.start]
    return any(
        difference_fits(*_allowed(n), [(here[0], here[1])], False) and ";" in sentence.between(n.end, number.start)
        for n in told
    )


def _is_apart_from_rates(sentence: Sentence, number: Number) -> bool:
    """True if every rate stands behind a semicolon: "oak gains +38 pp; ash goes from 14% to 47%"."""
    rates = [x for x in sentence.numbers if x.role == "percent"]
    between = [sentence.between(*sorted((x.start, number.start))) for x in rates]
    return bool(rates) and all(";" in gap for gap in between)


_IS_APART = regex(r"\s*(?:percent(?:age)?[\s-]*)?(?:points?\s+|pp\s+)?apart\b", re.IGNORECASE)
"""Behind a difference of the two that a sentence tells: "58% under one, 39% under the other, 19 points apart"."""
_BOUNDS = regex(
    r"\b(?:lie|lies|lay|are|fall|stand|sit|score|rank|land)\s+between\s+\d+\s?%\s+and\s+\d+\s?%", re.IGNORECASE
)


def _against_named(evidence: Evidence, sentence: Sentence, number: Number) -> str:
    """What is wrong with the only difference of a clause that prints no rates: no two cells that it names have it."""
    left, right = clause_of(sentence, number.start)
    if any(n is not number and n.role == "points" for n in sentence.numbers if left <= n.start < right):
        return ""
    if number.start in operands(sentence) or sentence.passage.part == "prior" or _prints_rates(sentence, left, right):
        return ""
    if is_unpaired(evidence, sentence, number) or any(x.search(sentence.text) for x in (_OF_DIFFERENCES, _OF_LEG)):
        return ""
    if number.decimals <= 0 and not _IN_PERCENT.match(sentence.between(number.start, number.end + 12)):
        text = sentence.between(left, right)
        lead = sentence.between(left, number.start)
        if _THE.search(lead) or not (direction_words(text) or DIFFERS.search(text)):
            return ""  # "the three points" of a scatter
    found = apart(evidence, sentence, number.start, points=True)
    if found is None or found.differs(*_allowed(number)):
        return ""
    beside = [x for x in sentence.passage.sentences if sentence in (x, x.previous) or x is sentence.previous]
    if any(difference_fits(*_allowed(number), list(permutations(rates_of(x, False), 2)), False) for x in beside):
        return ""  # of the two rates of the sentence before, or behind: "The former has 82%, the latter 15%"
    return f"{number.text} points is no difference of the values that it speaks of{found.against()}"


def _prints_rates(sentence: Sentence, left: int, right: int) -> bool:
    """True for a clause with a rate of its own, or a count of answers."""
    if not rates_of(sentence, False):
        return False
    return any(left <= n.start < right and is_rate(sentence, n) for n in sentence.numbers) or any(
        left <= k.start < right and n.value >= _FEWEST_ANSWERS for k, n in pairs_of_counts(sentence)
    )


_FEWEST_ANSWERS = 20
_THE = regex(r"\b(?:the|these|those|all|of)\s+$", re.IGNORECASE)
_IN_PERCENT = regex(r"[^\s-]+[\s-]*(?:pp|p\.p\.|ppts?|percent|%)", re.IGNORECASE)
_OF_NO_RATES = "{} points is no difference of the rates that it speaks of"
_OF_DIFFERENCES = regex(
    r"\binteractions?\b|\bsynerg\w+|\b(?:super-?|sub-?)?additiv\w+|"
    r"\bdifferences?[- ](?:in|of|between)[- ](?:the )?differences?\b|"
    r"\beffects?\b[^.;]*\b(?:larger|smaller|greater|weaker|stronger)\b",
    re.IGNORECASE,
)
"""Words of a difference of two differences."""


_OF_LEG = regex(
    r"\b(?:last|first|next|final) \d+ [a-z]+s\b|"
    r"\b(?:last|first|final|middle|previous|next|neighbou?ring|adjacent|consecutive|successive) (?:two|three|four|"
    r"\d) [a-z]+s\b|"
    r"\b(?:neighbou?ring|adjacent|consecutive|successive) [a-z]+s\b",
    re.IGNORECASE,
)
""" "Between the last two checkpoints": of a leg of a course, whose ends are not named."""
_PART_OF_IT = regex(r"\s+of (?:it|this|that|them|these|those|which)\b", re.IGNORECASE)
""" "+3 pp of it came with the wind": a part of what was told."""
_OVER = regex(
    r"\s*(?:percentage |%-)?(?:points?|pp|pts?)\s+(?:ahead of|behind|above|below|over|under|short of|(?:more|less|"
    r"higher|lower) than)"
    r"\s+(?:that of |the )?[`\"'*]*",
    re.IGNORECASE,
)


def _is_over_unstated(sentence: Sentence, number: Number) -> bool:
    """True for the second difference of "a ends 9 points ahead of b, which at 40% is 2 points ahead of c".

    The rate of c, named once, is not said.
    """
    if sum(n.role == "points" for n in sentence.numbers) < 2:
        return False
    over = _OVER.match(sentence.passage.plain, number.start + len(number.text))
    other = next((m for m in sentence.names if over is not None and m.start == over.end()), None)
    if other is None or sum(m.name == other.name for m in sentence.names) > 1:
        return False
    following = next((m.start for m in sentence.names if m.start > other.end), sentence.end)
    return not any(other.end <= n.start < following and is_rate(sentence, n) for n in sentence.numbers)


def _allowed(number: Number) -> tuple[float, float]:
    """The fractions between which a number of points may be: "almost 20" is a little less, too."""
    low, high = number.printed
    return low / 100, high / 100


def _is_no_change(evidence: Evidence, sentence: Sentence, number: Number, owner: str) -> bool:
    """True if a signed number is no change that is known of a thing, and no difference of two of its rates."""
    mine = [((f.low, f.high), (0.0, 0.0)) for f in _changes_of(evidence, owner)]
    rates = meant_facts(sentence, [f for s, f in evidence.about.get(owner, ()) if holds_rates(evidence, s)])[:60]
    mine += [((a.low, a.high), (b.low, b.high)) for a in rates for b in rates if a is not b]
    return not difference_fits(*_allowed(number), mine, False) or _is_turned(evidence, sentence, number, owner)


def _moves(sentence: Sentence) -> list[Span]:
    """The moves of a sentence from one rate to another."""
    ends = interval_ends(sentence)
    return [
        s
        for s in spans(sentence)
        if s.kind in ("move", "to")
        and id(s.left) not in ends
        and is_rate(sentence, s.left)
        and is_rate(sentence, s.right)
    ]


def _opens(sentence: Sentence, number: Number) -> bool:
    """True for the change with which a sentence opens: "It climbs from 20% to 75%. +55 points, p < 0.001"."""
    if sentence.between(sentence.start, number.start).strip(" *_("):
        return False
    return _STANDS_ALONE.match(sentence.between(number.end, sentence.end)) is not None  # "+3 pp of it came in May"


_STANDS_ALONE = regex(r"\s*(?:(?:percentage )?(?:points?|pp|pts))?\s*(?:[*_]{0,2}[,;(.]|$)")


def _moves_before(sentence: Sentence) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The only move of rates of the sentence before, from its end to its beginning."""
    moves = _moves(sentence.previous) if sentence.previous is not None else []
    return [(m.right.scaled(), m.left.scaled()) for m in moves] if len(moves) == 1 else []


def _is_near(sentence: Sentence, number: Number, here: Sequence[tuple[float, float]]) -> bool:
    """True if two rates or values of the sentence, or of its passage, have the difference."""
    moves = _moves(sentence)
    order = [(m.right.scaled(), m.left.scaled()) for m in moves] if number.signed else []
    values = [v for v in values_of(sentence, False) if v[0] >= 0 and v[1] <= 1.01]
    around = distinct_rates(rates_of(sentence, True)) if len(here) < 2 or not moves else []
    low, high = _allowed(number)
    if difference_fits(low, high, order or [*permutations(here, 2)], bool(order)):
        return True
    return any(difference_fits(low, high, [*permutations(x, 2)], False) for x in (values, around))


def _is_of_these(evidence: Evidence, sentence: Sentence, number: Number, here: Sequence[tuple[float, float]]) -> bool:
    """True if the words leave no doubt of which rates a difference is: of these two, or of the ends of a field."""
    if speaks_of_two(sentence, number):
        return len(here) >= 2 or _OF_TWO.search(sentence.text) is not None
    if len(here) >= 2:
        ordered = number.signed and bool(_moves(sentence))
        return len(here) == 2 and (ordered or not is_parted(sentence, number))
    if not (evidence.datasets and END_TO_END.search(sentence.text)):
        return False  # of another sentence's rates: the page alone need not hold the ends that are meant
    ends = [((a.low, a.high), (b.low, b.high)) for a, b in (*known_pairs(evidence, sentence), *widest_pairs(evidence))]
    return bool(ends) and not difference_fits(*_allowed(number), ends, False)


_OF_TWO = regex(r"\b(?:the|these|those) two\b|\bboth\b|\bbetween them\b", re.IGNORECASE)
_CONTRASTED = regex(
    r"\b(?:against|than|versus|vs|compared|relative|differences?|differs?|minus|ahead|behind|lead|margin|control|"
    r"reference|baseline)\b",
    re.IGNORECASE,
)


_TO_START = regex(
    r"\b(?:relative|compared) (?:to|with) (?:the|its|their) (?:own )?(?:start\w*|beginning|outset|"
    r"first \w+|initial \w+)\b",
    re.IGNORECASE,
)
"""Of the change over a course, and of no other thing."""
_FROM = regex(
    r"\b(?:from|to|than|with|against|over|versus|vs\.?|below|above|beyond)\s+(?:the\s+)?[`\"'*]*$", re.IGNORECASE
)
"""In front of what a difference is measured from: "not distinguishable from the plain one (-3.5 pp)"."""
_OF_NAME = regex(r"[`\"'’*]*\s*(?:(?:[a-z]+ ){0,2}by|with|at|gains|loses|:|\(|,|=|—|–)?\s*")
_OF_OTHER = regex(r"[`\"*]*['’]s\s+by\b")
""" "The gain of the cook tops the clerk's by 3 pp"."""
_OF_ITS_OWN = regex(r"\s*(?:(?:percentage )?points?|pp|pts?)?\s*(?:for|in)\s+(?:the\s+)?[`\"'*]*")


def _owner(sentence: Sentence, number: Number) -> str:
    """The one thing whose change a signed number of points is; "" where it cannot be told.

    "the mason by +17 pp", "+17 pp for the mason", and "The baker and the mason hold still. They lost 2.3 pp and
    won 0.7 pp", in that order.
    """
    names = [m for m in sentence.names if not m.name.startswith("#")]
    if _CONTRASTED.search(_TO_START.sub(" ", sentence.text)):
        return ""
    for m in names:  # "+5 pp for the cook, +3 pp for the clerk": a name behind goes before one in front
        if m.start >= number.end and _OF_ITS_OWN.fullmatch(sentence.between(number.end, m.start)):
            return m.name
    for i, m in enumerate(names):
        if m.end <= number.start and _OF_NAME.fullmatch(sentence.between(m.end, number.start)):
            if _OF_OTHER.match(sentence.between(m.end, number.start)):
                return ""
            joined = i and joins_names(sentence.between(names[i - 1].end, m.start))
            aside = _FROM.search(sentence.between(sentence.start, m.start))
            return "" if joined or aside else m.name
    signed = [n for n in sentence.numbers if n.role == "points" and n.signed]
    previous = sentence.previous
    if (
        names
        or len(signed) != 2
        or previous is None
        or not regex(r"\s*(?:,|and)\s*").fullmatch(sentence.between(signed[0].end, signed[1].start))
    ):
        return ""
    before = list(dict.fromkeys(m.name for m in previous.names if not m.name.startswith("#")))
    if len(before) != 2 or not regex(r"\W*(?:their|the (?:two|net))\b", re.IGNORECASE).match(sentence.text):
        return ""
    return before[signed.index(number)] if number in signed else ""


def _owner_in_list(evidence: Evidence, sentence: Sentence, number: Number) -> str:
    """The thing at the place of a signed number in a list of changes: "A, B and C change by +4, −2 and +7 points".

    All others have to be known changes of theirs, which shows the order; "" else.
    """
    pair = pair_of(sentence, number) if number.signed else None
    if pair is None or any(x.role != "points" or not x.signed for x in pair.values):
        return ""
    for name, value in zip(pair.others, pair.values, strict=True):
        if value is not number and (
            not _changes_of(evidence, name.name) or _is_no_change(evidence, sentence, value, name.name)
        ):
            return ""
    return pair.name.name


def _is_turned(evidence: Evidence, sentence: Sentence, number: Number, owner: str) -> bool:
    """True for the one known change of a thing with the other sign: "a change of +1.6 points for the mason"."""
    if LOSS.search(sentence.between(sentence.start, number.start)):
        return False
    low, high = _allowed(number)
    changes = [((f.low, f.high), (0.0, 0.0)) for f in _changes_of(evidence, owner)]
    near = [x for x in changes if difference_fits(low, high, [x], False)]
    signs = {x[0][0] > 0 for x in changes}
    return bool(near) and len(signs) == 1 and not any(difference_fits(low, high, [x], True) for x in near)


_JOINS = regex(r"\s(?:[-−–]|vs\.?|versus|minus|against|over|less|to)\s")
"""What makes the label of a row one of two things, "R3 - R0"."""


def _stands_in_contrast(evidence: Evidence, sentence: Sentence, number: Number, owner: str) -> bool:
    """True if a row of a contrast of the thing, "R3 - R0", has a cell with the number and its sign."""
    words = {re.escape(m.text.strip("`*_ ")) for m in sentence.names if m.name == owner}
    if not words:
        return False
    named = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(words))})(?![\w-])", re.IGNORECASE)
    return any(
        item.number.signed and item.number.low <= number.high and number.low <= item.number.high
        for sheet in evidence.sheets
        for item in sheet.numbers
        if _JOINS.search(sheet.labels[item.row]) and named.search(sheet.labels[item.row])
    )


def _changes_of(evidence: Evidence, name: str) -> list[Fact]:
    """The changes that fields and columns give for a thing, as fractions."""
    out = []
    for s, f in evidence.about.get(name, ()):
        if s.role in ("net", "gain") and s.fraction:
            out.append(f)
        elif (
            s.role == "" and words_of(s.quantity) & CHANGES and evidence.kind(s) in ("rate", "") and s.ends[0].value < 0
        ):
            scale = 1.0 if s.fraction or s.largest <= 1 else 0.01
            out.append(replace(f, low=f.low * scale, high=f.high * scale))
    return out


def _is_known_change(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True if a field or a column of changes holds a number for a thing that its passage names."""
    names = {m.name for m in sentence.names} or {m.name for m in sentence.passage.names}
    low, high = _allowed(number)
    for name in names:
        for series, fact in evidence.about.get(name, ()):
            if not (
                series.role in ("net", "gain")
                or "Δ" in series.quantity
                or (words_of(series.quantity) | series.words) & CHANGES
            ):
                continue
            for scale in (1.0, 0.01):
                a, b = sorted((fact.low * scale, fact.high * scale))
                if (a <= high + 1e-9 and low - 1e-9 <= b) or (
                    not number.signed and a <= -low + 1e-9 and -high - 1e-9 <= b
                ):
                    return True
    return False


def _is_bounded(sentence: Sentence, number: Number) -> bool:
    """True for "over 20 points", and not for "spread over 20 points" and "differ by up to 20 points"."""
    if number.bound not in ("<", "<=", ">", ">="):
        return False
    return _WIDTH.search(sentence.between(sentence.start, number.start)) is None


_WIDTH = regex(
    r"\b(?:(?:spread|range|extend|stretch|stretche|span)s?\s+over|(?:differ|var(?:y|ie))s?(?:\s+by)?\s+up\s+to)\s*$",
    re.IGNORECASE,
)


def _compares_two(sentence: Sentence, number: Number) -> bool:
    """True if the clause of a difference compares the two things whose rates are the only ones of its sentence.

    "Peaks spread over 57.2 pp, with a lowest (3.9%) and b highest (61.1%)", "the cook has 90 of 200, the clerk 24 of
    200; the cook is thus ahead by 33 pp".
    """
    if sum(n.role == "points" for n in sentence.numbers) > 1 or turns_away(sentence, number):
        return False
    rates = [n for n in levels(sentence) if n.role == "percent" or is_rate(sentence, n)]
    near = {sentence.numbers[i].start: m.name for i, m in adjacent(sentence).items()}
    owners = [near[n.start] for n in rates if n.start in near]
    names = {m.name for m in sentence.names}
    if len(names) > 2 or (len(names) == 2 and len(owners) == 2 and len(set(owners)) == 1):
        return False
    start, end = _clause(sentence, number)
    before, after = sentence.between(start, number.start), sentence.between(number.end, end)
    if not _TWO_SIDED.search(f"{before} {after}"):
        return False
    return sum(start <= n.start < end for n in rates) > 1 or not OTHER_SET.search(f"{before} {after}")


def _is_from_elsewhere(sentence: Sentence, number: Number) -> bool:
    """True for "5 pp above the mean", where the sentence says no more of the mean, and for "gains more, by 5 pp"."""
    start, end = _clause(sentence, number)
    if _CHANGES_MORE.search(sentence.between(start, number.start)):
        return True
    beyond = _BEYOND.match(sentence.between(number.end, end))
    if beyond is None or (_UNDER.match(beyond.group()) and direction_words(sentence.between(start, number.start))):
        return False  # "fell by 5 pp under pressure": a condition
    last = number.end + beyond.end() + 2  # with what opens a bracket
    said_there = (*(m.start for m in sentence.names), *(n.start for n in sentence.numbers))
    if any(number.end <= start < last for start in said_there):
        return False
    said = words_of(beyond["of"]) & words_of(sentence.between(sentence.start, number.start))
    return not any(len(w) > 3 for w in said)


def _clause(sentence: Sentence, number: Number) -> tuple[int, int]:
    """Where the clause of a number begins and ends, as semicolons part them."""
    start = sentence.passage.plain.rfind(";", sentence.start, number.start) + 1
    end = sentence.passage.plain.find(";", number.end, sentence.end)
    return start or sentence.start, sentence.end if end < 0 else end


_TWO_SIDED = regex(
    r"\b(?:spread|gaps?|differ\w*|distance|range|span|separat\w*|apart|margin|between|ahead|behind|leads?|trails?|"
    r"beats?|"
    r"exceeds?|surpass\w*|outdoes|(?:higher|lower|more|less|better|worse)(?! or less)|above|below)\b",
    re.IGNORECASE,
)
_CHANGES_MORE = regex(
    r"\b(?:gain|ris|rose|rise|fall|fell|los|drop|climb|grow|grew|chang|mov|increas|decreas|"
    r"improv)\w*\b[^.;,]*\b(?:more|less|"
    r"further|faster)\b",
    re.IGNORECASE,
)
"""Of one change against another."""
_UNDER = regex(r"\s*(?:under|over)\b", re.IGNORECASE)
_BEYOND = regex(
    r"\s*(?:[a-z]+\s+)?(?:above|below|over|under|beyond|behind|(?:ahead|in front|short) of|than)\s(?P<of>[^.;:,()]*)",
    re.IGNORECASE,
)
"""Behind a difference: what it is measured from."""


def _threshold(sentence: Sentence, number: Number) -> bool:
    before = sentence.between(max(sentence.start, number.start - 30), number.start)
    after = sentence.between(number.end, number.end + 24)
    if _WIDTH.search(before):
        return False
    return bool(
        regex(
            r"\b(?:within|margin of|threshold of|half-width of|±|plus or minus|every|up to|per)\s*$", re.IGNORECASE
        ).search(before)
        or regex(r"\s*(?:or (?:more|less)|half-width|wide|margin|threshold)\b").match(after)
        or before.endswith("±")
    )
