"""Moves of one thing, "from 12% to 45%", "0→73%": an end that the thing never had, beside one that it did have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from leakstats.facts import Fact, Series

from ..regex import regex
from .beside import adjacent
from .claims import own_passages
from .coordination import list_of
from .grammar import Number
from .idioms import Span, spans
from .knowledge import Evidence
from .lexicon import MOOT, ROLE_WORDS, direction_words
from .names import Mention, words_of
from .passages import Sentence
from .roles import subject
from .wording import CHANGES

__all__ = ["end_clashes", "is_before_treatment"]

_STEPS = frozenset(
    words_of(
        "go goes went gone had been has being come comes came move moves moved travel travels lead leads led run runs "
        "ran swing swings swung pass passes shift "
        "shifts shifted take takes took bring brings brought carry carries carried get gets got up down back way "
        "instead however though too again rather likewise "
        "all over course training epoch step update batch checkpoint its their crest summit peak start end outset"
    )
)
_OTHERS = re.compile(r"\b(?:vs|versus|against|than|whereas|while|but)\b|[;:]\s", re.IGNORECASE)


Known: TypeAlias = "list[tuple[Series, Fact]]"


def end_clashes(evidence: Evidence, read: frozenset[str]) -> Iterator[tuple[Sentence, Number, Known]]:
    """Ends of moves that are no value of what moves, with what is known of it; ``read`` words choose nothing."""
    for passage in own_passages(evidence):
        for sentence in passage.sentences:
            for span in spans(sentence):
                if span.kind == "range" or MOOT.search(sentence.between(sentence.start, span.start)):
                    continue
                found = _of_span(evidence, sentence, span, read)
                if found is not None:
                    yield (sentence, *found)


def _of_span(evidence: Evidence, sentence: Sentence, span: Span, read: frozenset[str]) -> tuple[Number, Known] | None:
    ends = (span.left, span.right)
    percent = any(n.role == "percent" for n in ends)
    if any(n.role in ("coefficient", "points") or n.bound for n in ends) or any(n.signed for n in ends) != all(
        n.signed for n in ends
    ):
        return None
    if not percent and not any(n.decimals > 0 for n in ends):
        return None  # a scale: "0 to 10"
    name = _mover(evidence, sentence, span)
    if name and _is_of_rival(evidence, sentence, span, name):
        return None
    if any(m.name == name and _WAY_TO.search(sentence.between(sentence.start, m.start)) for m in sentence.names):
        return None  # "up to dose 40, from 7% to 21%"
    if not name or not _is_read(evidence, sentence, span, name, read):
        return None
    known = evidence.about.get(name, ())
    facts = [(s, f) for s, f in known if _is_state(evidence, s, percent, ends[0].signed)]
    if ends[0].value < 0 and ends[1].value < 0:
        facts = [(s, f) for s, f in facts if s.ends[0].value < 0]  # of a measure that goes below zero
    if not percent and not any(_prints(evidence, n, s, f, percent) for n in ends for s, f in facts):
        behind = _CLOSES.split(sentence.between(span.end, sentence.end))[0]
        if not words_of(behind) <= read | evidence.quantities:
            return None  # "from 24.6 to 36.0 where the verses are short"
        facts = _of_one_measure(evidence, ends, known)
    if len({round(f.value, 6) for _, f in facts}) < 2 or not (evidence.datasets or _is_course(facts)):
        return None
    right = [n for n in ends if any(_prints(evidence, n, s, f, percent) for s, f in facts)]
    if len(right) != 1:
        return None
    wrong = span.left if right[0] is span.right else span.right
    if is_before_treatment(sentence, wrong):
        return None
    if right[0].value == 0 and _is_known(evidence, wrong, percent) and not _beside(sentence, span):
        return None  # nothing begins at 0 as often as everything
    return wrong, facts


def _is_of_rival(evidence: Evidence, sentence: Sentence, span: Span, name: str) -> bool:
    """True for the values of two things behind both: "A takes the lead from B (65% to 52%)", "A passes B (…"."""
    others = {m.name for m in sentence.names if m.end <= span.start and not m.name.startswith("#")} - {name}
    opened = sentence.between(span.start - 1, span.start) == "("
    return opened and any(evidence.matches(span.left, s, f) for x in others for s, f in evidence.about.get(x, ()))


_CLOSES = regex(r"[,;:.()](?:\s|$)")
_WAY_TO = regex(r"\b(?:way to|up to|until|towards?|before)\s+(?:the\s+)?[`\"'*]*$", re.IGNORECASE)
_PRONOUN = regex(r"\W*(?:It|Its|This|That|He|She|They|There)\b")


_TWO = regex(r"\b(?:between|from|over|over to)\s.*\b(?:to|and)\s+(?:the\s+)?[`\"'*]*$", re.IGNORECASE)


def _mover(evidence: Evidence, sentence: Sentence, span: Span) -> str:
    """The one thing of which both ends are; "" where they may be of two."""
    behind = _named_behind(sentence, span)
    if behind:
        return behind
    name = subject(evidence, sentence, span.left)
    near = adjacent(sentence)
    for i, number in enumerate(sentence.numbers):
        beside = near.get(i)
        if beside is None or beside.name.startswith("#") or beside.name == name:
            continue
        if number in (span.left, span.right):
            return ""
    before = [m for m in sentence.names if m.end <= span.start and not m.name.startswith("#")]
    ends = [before[-1], *(m for m in before if m.name == name)] if before else []
    if any(list_of(sentence, m) or _is_between_two(sentence, m) for m in ends):
        return ""  # "between the nurse and the judge it falls from 55% to 22%", "from the nurse to the judge": of two
    inside = {m.name for m in sentence.names if span.left.start <= m.start < span.right.end}
    if not any(m.end <= span.start for m in sentence.names) and _PRONOUN.match(sentence.text) is None:
        return ""  # "Averages 39% to 76%. Aya has …": of nothing that was named
    return name if not {n for n in inside if not n.startswith("#")} - {name} else ""


def _is_between_two(sentence: Sentence, name: Mention) -> bool:
    """True for the second of "from the nurse to the judge"; between those of two moves a value stands."""
    found = _TWO.search(sentence.between(sentence.start, name.start))
    left = sentence.start + found.start() if found is not None else 0
    return found is not None and not any(left <= n.at < name.start and n.role == "percent" for n in sentence.numbers)


def _named_behind(sentence: Sentence, span: Span) -> str:
    """The thing alone in the bracket behind a move: "0 → 58% (Ghent), 4 → 44% (Lyon)"; "" for none."""
    m = next((m for m in sentence.names if m.start >= span.end), None)
    if m is None or m.name.startswith("#") or _INTO_BRACKET.fullmatch(sentence.between(span.end, m.start)) is None:
        return ""
    return m.name if _OUT_OF_BRACKET.match(sentence.between(m.end, sentence.end)) else ""


_INTO_BRACKET = regex(r"\s*%?\s*\([`\"'*]*")
_OUT_OF_BRACKET = regex(r"[`\"'’*]*\)")


def _is_read(evidence: Evidence, sentence: Sentence, span: Span, name: str, read: frozenset[str]) -> bool:
    """True if the words from the name to the move are understood."""
    if _named_behind(sentence, span) == name:
        return True
    own = [m for m in sentence.names if m.name == name and m.end <= span.start]
    gap = sentence.between(own[-1].end if own else sentence.start, span.start)
    numbers = [n for n in sentence.numbers if own and own[-1].end <= n.start < span.start]
    if _OTHERS.search(gap) and own:
        return False
    if any(n.role not in ("points", "index", "n") for n in numbers):
        return False
    taken = list(direction_words(gap)) if gap else []
    for word in reversed(taken):
        gap = gap[: word.start] + gap[word.end :]
    for pattern in ROLE_WORDS.values():
        gap = pattern.sub(" ", gap)
    words = frozenset(w for w in words_of(gap) if not any(c.isdigit() for c in w) and not w.endswith("ly"))
    return words <= read | evidence.quantities | _STEPS | frozenset({"pp", "point", "add", "gain", "lose", "n"})


def _is_state(evidence: Evidence, series: Series, percent: bool, signed: bool) -> bool:
    """True for a series whose values a move of that kind can begin or end with."""
    kind = evidence.kind(series)
    if series.role in ("net", "gain", "at", "interval", "mean", "spread"):
        return False
    if percent:
        return series.fraction and kind in ("rate", "")
    if signed:
        return kind in ("similarity", "") and not series.whole
    return (series.fraction and kind in ("rate", "")) or kind == "similarity"


def is_before_treatment(sentence: Sentence, number: Number) -> bool:
    """True for the first end of a move that something makes: "the filter cut the rate from 36% to 23%".

    What it moves from is that of whatever goes without it, and no value of its own. The maker is named before the verb.
    """
    made = _MAKES.search(sentence.between(sentence.start, number.start))
    if made is None or not any(number is x.left for x in spans(sentence)):
        return False
    at = sentence.start + made.start()
    return (made[1] or made[2]).lower() == "without" or any(
        m.end <= at and not m.name.startswith("#") for m in sentence.names
    )


_MAKES = regex(
    r"\b(reduc(?:es?|ed|ing)|tak(?:es?|ing)|took|br(?:ings?|ought)|rais(?:es?|ed)|lift(?:s|ed)?|cuts?|push(?:es|ed)?|"
    r"driv(?:es?|en)|drove|lower(?:s|ed)?|boost(?:s|ed)?|without|"
    r"(?:increas|improv|decreas)(?:es|ed) (?:the|its|it))\b[^.;:\d]*\bfrom\s+(?:about |only |just )?$|"
    r"\b((?:doubl|tripl|trebl|quadrupl|halv|reduc|rais|lower|boost|increas|improv|decreas|lift)(?:es|s|ed)|cuts)"
    r" the\b[^.;:\d()]*\(\s*$",
    re.IGNORECASE,
)


def _of_one_measure(evidence: Evidence, ends: Sequence[Number], facts: Iterable[tuple[Series, Fact]]) -> Known:
    """The values of a measure in whatever unit that a thing has in several columns: "chrF base" and "chrF tuned"."""
    plain = [
        (s, f, _head(evidence, s))
        for s, f in facts
        if evidence.kind(s) == "" and not s.role and not s.fraction and not words_of(s.quantity) & CHANGES
    ]
    held = [head for s, f, head in plain if any(evidence.matches(n, s, f) for n in ends)]
    measure = frozenset.intersection(*held) if held else frozenset()
    return [(s, f) for s, f, head in plain if head & measure]


def _head(evidence: Evidence, series: Series) -> frozenset[str]:
    """The words of the column that prints a series."""
    printed = series.quantity if series.pointer.startswith("column") else ""
    return words_of(evidence.header_of(series) or printed)


def _is_course(facts: Known) -> bool:
    """True if the page itself follows the thing over time; else its tables may lack where it came from."""
    points = {e for _, f in facts for e in f.entities if e.startswith("#")}
    if not any(s.fraction for s, _ in facts):
        return True  # two columns of one measure
    return len(points) > 2 or len({s.role for s, _ in facts} & {"first", "last", "max"}) > 1


def _prints(evidence: Evidence, number: Number, series: Series, fact: Fact, percent: bool) -> bool:
    """True if ``number`` prints the fact; "0" of "0→45%" is a percentage too."""
    if percent and number.role != "percent":
        return fact.allows(number.low / 100, number.high / 100)
    return evidence.matches(number, series, fact)


def _is_known(evidence: Evidence, number: Number, percent: bool) -> bool:
    if percent:
        return evidence.is_known(number, evidence.known_rates, 0.01)
    return evidence.is_known(number, evidence.known_rates) or evidence.is_known(number, evidence.known_values)


def _beside(sentence: Sentence, span: Span) -> bool:
    """True if nothing but marks stand between a name and the move."""
    before = [m for m in sentence.names if m.end <= span.start]
    return bool(before) and not any(c.isalnum() for c in sentence.between(before[-1].end, span.start))
