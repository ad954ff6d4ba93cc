"""Who is said to hold the largest or the smallest value, and does not hold it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.facts import Fact, Series

from ..regex import regex
from .both_ends import both_ends
from .claims import is_claim, is_moot
from .extreme_values import extreme_value_clashes
from .extreme_words import Extreme, read_extreme
from .grammar import Number
from .holders import holder_of, point_of, shares_rank, stands_apart, stated_behind, stated_beside
from .knowledge import Clash, Evidence, exceptions
from .names import fold_name, words_of
from .passages import Sentence
from .placings import placing_clashes
from .ranges import members
from .ranked import Ranked, in_states, known_of_holder, meant, of_quantity, within_part
from .shifts import OF_DEGREE, OF_MERIT, changes, overlaps, ratios
from .standings import standing_clashes
from .superlatives import Superlative, superlatives
from .unranked import is_unranked
from .wording import RATE_NOUNS

__all__ = ["superlative_clashes"]


def superlative_clashes(evidence: Evidence) -> Iterator[Clash]:
    """An extreme given to a name that holds it in none of the fields or columns that can be meant."""
    yield from exceptions(_superlative_clashes(evidence), 1)


def _superlative_clashes(evidence: Evidence) -> Iterator[Clash]:
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences:
            if sentence.names and passage.part != "prior" and not is_moot(sentence):
                found = list(_of_words(evidence, sentence)) or list(standing_clashes(evidence, sentence))
                yield from found or [*placing_clashes(evidence, sentence)] or extreme_value_clashes(evidence, sentence)


def _of_words(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """What fields and columns know of the holders of a sentence's superlatives."""
    found = superlatives(sentence.text)
    both = both_ends(sentence, found)
    if both is not None:
        yield both
        return
    for word in found:
        holder = holder_of(sentence, word, found)
        if word.peak:
            holder = point_of(sentence, word)
        if holder is None or shares_rank(sentence, holder) or stands_apart(sentence, word):
            continue
        if fold_name(holder.text) in _MEANS:
            continue  # "the pooled share is highest" is of when
        clash = _judge(evidence, read_extreme(sentence, word, holder))
        if clash is not None:
            yield clash


def _judge(evidence: Evidence, extreme: Extreme) -> Clash | None:
    if is_unranked(evidence, extreme):
        return None
    known = known_of_holder(evidence, extreme)
    if known is None:
        return None
    fields = within_part(evidence, extreme, known.fields)
    if extreme.relative:
        by_ratio = ratios(evidence, extreme.holder, fields)
        fields = [*by_ratio, *changes(evidence, extreme.holder, fields, extreme.clause)] if by_ratio else []
    elif extreme.change is not None:
        fields = changes(evidence, extreme.holder, fields, extreme.clause)
        if extreme.step is not None:
            stated = [(s, f) for s, f in fields if overlaps(f, *extreme.step)]
            if not stated:
                return _of_another(extreme, extreme.step, fields)
            fields = stated
    fields = of_quantity(evidence, extreme, fields)
    of_value = extreme.change is None and not extreme.spread
    if of_value and fields and _AVERAGED.search(extreme.sentence.text):
        averaged = [(s, f) for s, f in fields if words_of(s.quantity) & _MEANS]
        fields = averaged or ([] if known.of_one or not _aggregates(evidence, extreme) else fields)
    if not fields:
        return None
    stated_values = _stated(extreme)
    told: list[Ranked] = []
    if stated_values:
        clash = _wrong_value(evidence, extreme, stated_values, fields)
        if clash is not None:
            return clash
        fields = _with_value(evidence, stated_values, fields)
        noun = _noun_before(extreme)
        fields = [(s, f) for s, f in fields if not noun or noun in words_of(s.quantity) | s.words]
    elif extreme.of_likeness:
        fields = [(s, f) for s, f in fields if evidence.kind(s) == "similarity"]
    elif of_value:
        told = in_states(extreme, fields)
        fields = meant(evidence, extreme, fields, told)
    either = _is_either(extreme, fields)
    wrong = [(s, f) for s, f in fields if not _is_extreme(s, f, extreme.word, extreme.change, either=either)]
    if not wrong or (len(wrong) < len(fields) and not (told and _BOTH.search(extreme.clause))):
        return None
    over = [] if known.of_one else _aggregates(evidence, extreme)
    if any(_is_extreme(s, f, extreme.word, extreme.change, either=either) for s, f in over):
        return None
    return _not_held(extreme, wrong[0][0])


def _noun_before(extreme: Extreme) -> str:
    """The noun that an extreme takes from the one before: "the highest crest is that of A, the lowest that of B"."""
    text, word = extreme.sentence.text, extreme.word
    before = [w for w in superlatives(text) if w.end <= word.start]
    if not before or _NO_NOUN.match(text, word.end) is None:
        return ""
    noun = _NOUN.match(text, before[-1].end)
    return noun[1] if noun is not None else ""


_NO_NOUN = regex(r"\s+(?:(?:is|was|being)\s+)?(?:that|those|the one)\b")
_NOUN = regex(
    r"\s+(?:[a-z]+\s+){0,2}?([a-z]{3,})\s+(?:is|was|are|were|being|belongs?|goes|comes|(?:that )?of|in|for)\b"
)


_BOTH = regex(r"\bboth\b.*\band\b", re.IGNORECASE)


def _aggregates(evidence: Evidence, extreme: Extreme) -> list[Ranked]:
    """What several fields hold of the holder together, of the kind that the extreme is of."""
    kind = "mean" if extreme.change is None and not extreme.spread else "spread"
    name = extreme.holder.name
    return [(s, s.facts[name]) for s in evidence.aggregates if s.role == kind and name in s.facts]


_AVERAGED = regex(
    r"\b(?:averaged|on average|in the mean|(?:over|across) (?:all |the |its |these )*(?:\d+ )?(?:wordings?|"
    r"templates?|layers?|"
    r"prompts?|questions?|seeds?|settings?|depths?|conditions?|sources?|variants?|phrasings?))\b",
    re.IGNORECASE,
)


_MEANS = frozenset(["mean", "average", "avg", "mu", "overall", "centre", "center", "pooled", "all"])


def _stated(extreme: Extreme) -> list[Number]:
    """The values that a sentence gives the holder of an extreme, where it is of values."""
    if extreme.spread or extreme.change is not None:
        return []
    behind = stated_behind(extreme.sentence, extreme.word, extreme.holder)
    return [behind] if behind is not None else stated_beside(extreme.sentence, extreme.holder, extreme.word)


def _with_value(evidence: Evidence, stated: list[Number], fields: list[Ranked]) -> list[Ranked]:
    """The fields and columns in which something has a stated value."""
    return [
        (s, f)
        for s, f in fields
        if any(evidence.suits(n, s) and evidence.matches(n, s, x) for n in stated for x in members(s))
    ]


def _wrong_value(evidence: Evidence, extreme: Extreme, stated: list[Number], fields: list[Ranked]) -> Clash | None:
    """A value that is another's, where the holder does hold the extreme."""
    if any(evidence.matches(n, s, f) for n in stated for s, f in fields):
        return None
    holding = _with_value(evidence, stated, fields)
    held = [(s, f) for s, f in holding if _is_extreme(s, f, extreme.word, extreme.change)]
    if not held:
        return None
    series, fact = held[0]
    scale = 100.0 if series.fraction and stated[0].role == "percent" else 1.0
    return Clash(
        "superlative",
        extreme.sentence.passage.place(stated[0].start, stated[0].end),
        f"{stated[0].text}{stated[0].unit} is not the value of {extreme.holder.text.strip()}, which holds that "
        f"extreme with {fact.value * scale:.4g} ({series.pointer})",
        "correct the value or the name",
    )


def _is_either(extreme: Extreme, fields: list[Ranked]) -> bool:
    """True if the largest as well as the smallest may be meant."""
    if extreme.said in OF_MERIT or extreme.relative or _PLACED.search(extreme.said) or _ON_TOP.search(extreme.said):
        return True
    if extreme.said not in OF_DEGREE:
        return False
    falls = extreme.change is not None and any(x.value < 0 for s, _ in fields for x in members(s))
    return falls or _is_of_unknown(extreme.sentence, extreme.word, fields)


_ON_TOP = regex(r"\bout (?:first|top|on top|last|bottom)$", re.IGNORECASE)
""" "Which oven is the quietest? The old one comes out on top": it wins, by much or by little."""
_PLACED = regex(r"(?<=\s)(?:second|third|fourth)\b")
"""A place in an order of which the words do not say where it begins: "came second"; "second comes" goes on with one."""


def _is_of_unknown(sentence: Sentence, word: Superlative, candidates: list[Ranked]) -> bool:
    """True for "the most discreet", which may be of the low ones or of the high, and for "misses least"."""
    if _LACKS.search(sentence.text[: word.start]):
        return True
    at = word.end
    if _ELIDED.match(sentence.text, at):  # "A is the most careful, B the least"
        at = max((w.end for w in superlatives(sentence.text) if w.end <= word.start), default=at)
    adjective = _ADJECTIVE.match(sentence.text, at)
    if adjective is None or not regex(r"\bthe \w+$", re.IGNORECASE).search(sentence.text[:at]):
        return False
    start = adjective["word"][: max(4, len(adjective["word"]) - 3)]
    return not any(w.startswith(start) for s, _ in candidates for w in words_of(s.quantity) | s.words | RATE_NOUNS)


_ADJECTIVE = regex(
    r"\s+(?P<word>(?!(?:often|frequent|common|prevalent|widespread|pronounced|marked|strong|heav|read|clear|of|in|for|at|by|"
    r"when|with|and|or)(?:ly|ily|y)?\b)[a-z]{3,})\b"
)


_ELIDED = regex(r"\s*(?:[(,.;:]|$)")


_LACKS = regex(
    r"\b(?:miss|lack|avoid|resist|escap|fail|err|refus|omit|withst|withh|spar|forgo|forget)\w*\s+"
    r"(?:by far )?(?:the )?$",
    re.IGNORECASE,
)
"""Verbs of what is not done: it is done most by whom they say it of least."""


def _of_another(extreme: Extreme, step: tuple[float, float], changes: list[Ranked]) -> Clash | None:
    """A change that is another thing's, in every field that knows it, and the extreme one there."""
    owners = set()
    for series, _ in changes:
        own = {id(f): k for k, f in series.facts.items() if overlaps(f, *step)}
        if len(own) != 1:
            continue
        fact = series.facts[next(iter(own.values()))]
        if not _is_extreme(series, fact, extreme.word, "any"):
            return None
        owners.add(next(iter(own.values())))
    if len(owners) != 1:
        return None
    return Clash(
        "superlative",
        extreme.sentence.passage.place(extreme.start, extreme.end),
        f"{extreme.holder.text.strip()} does not change so: {owners.pop()} does",
        "name the unit that holds it",
    )


def _not_held(extreme: Extreme, series: Series) -> Clash:
    word = extreme.word
    by_name = {
        k: (abs(f.value) if word.strength else f.value) for k, f in series.facts.items() if not k.startswith("#")
    } or {k: f.value for k, f in series.facts.items()}
    wanted = _ranked(list(by_name.values()), word)
    right = next(k for k, v in by_name.items() if v == wanted)
    return Clash(
        "superlative",
        extreme.sentence.passage.place(extreme.start, extreme.end),
        f"{extreme.holder.text.strip()} does not hold that extreme of {series.pointer}: {right} does",
        "name the unit that holds it",
    )


def _is_extreme(series: Series, fact: Fact, word: Superlative, change: str | None, *, either: bool = False) -> bool:
    """True if ``fact`` has the place in the order of its series that ``word`` gives it, by value or by size."""
    facts = members(series)
    spread = max(f.high - f.low for f in facts) + 1e-12
    for values, own in (
        ([f.value for f in facts], fact.value),
        ([abs(f.value) for f in facts], abs(fact.value)),
    ):
        if abs(own - _ranked(values, word)) <= spread:
            return True
        if either and abs(own - _ranked(values, word._replace(sign=-word.sign))) <= spread:
            return True
        moved = [abs(v) for v in values if v * own > 0] if change in ("down", "up") else []
        if moved and abs(abs(own) - _ranked(moved, word)) <= spread:
            return True  # the smallest drop of those that drop
        if change == "down" and abs(own - min(values)) <= spread:
            return True
    return False


def _ranked(values: list[float], word: Superlative) -> float:
    """The largest or the smallest of some values, or the one that many places behind."""
    return sorted(values, reverse=word.sign > 0)[min(word.rank, len(values)) - 1]
