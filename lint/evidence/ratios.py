"""Ratios in words and digits: "three times its first rate", "7.5-fold", "a third of the level before", "doubles"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations

from leakstats.records import struct

from ..regex import regex
from .grammar import Number
from .lexicon import NEGATED, TRIALS
from .passages import Sentence, once
from .settings import is_of_a_setting
from .word_numbers import PARTS, SPELLED, part_of, whole_number

__all__ = ["Ratio", "ratios"]


@struct
class Ratio:
    """A ratio of two values that a sentence states, with what its words allow."""

    start: int
    end: int
    text: str
    low: float
    high: float
    worded: bool
    """In words, and so only about right."""
    number: Number | None = None


_PART = "|".join(f"{word}s?" for word in PARTS)
_OWNER = r"(?:its|his|her|their|that|those|what|the|all)"
_COMPARED = (
    r"(?:as|its|his|her|their|that|those|the|what|in|more|higher|larger|greater|bigger|slower|faster|longer|less|lower|"
    r"smaller|shorter|gap|difference|increase|rise|[\w'’]+['’]s?)"
)
_TIMES = regex(
    rf"\b(?:(?:(?P<n>{SPELLED})(?P<half>[ -]and[ -]a[ -]half)?[ -]times|(?P<twice>twice|thrice))[ ,]+(?={_COMPARED} )|"
    rf"(?P<fold>{SPELLED})-?fold\b|"
    r"(?P<verb>doubl(?:es?|ed|ing)|(?:tripl|trebl)(?:es?|ed|ing)|quadrupl(?:es?|ed|ing)|"
    r"halv(?:es?|ed|ing)|quarter(?:ed|ing))\b)",
    re.IGNORECASE,
)
_MORE = regex(rf"[\s,]*{_COMPARED}\s", re.IGNORECASE)
"""Behind a whole number of times that is no repetition, "18 times each"."""
_OF_THE = regex(r"\s*(?:times\s+)?the\s+(?:number of\s+)?")
_SIZES = regex(r"\s*(?:as many|that)\b", re.IGNORECASE)
_SHARE = regex(
    rf"(?<![\w.,])(?:(?P<k>an?|one|two|three|four|five|seven)[ -]|the\s+)?(?P<part>{_PART})\s+"
    rf"(?:of\s+)?(?P<of>{_OWNER}\s+|[\w-]+['’]s\s+)",
    re.IGNORECASE,
)
_AS = regex(
    rf"(?<![\w.,])(?:(?P<k>an?|one|two|three|four|five|seven)[ -])?(?P<part>{_PART})\s+as\s+"
    r"(?:many|much|often|long|high|large|likely|big|strong|frequent|common|low|short|fast|great|heavy|tall|good)(?:ly)?\b"
    r"(?=[^.;:,]{0,40}\sas\s)",
    re.IGNORECASE,
)
""" "A third as long as"."""
_BY_FACTOR = regex(
    r"\b(?:multipl(?:y|ies|ied|ying)(?:\s+(?:it|them|itself|the\s+[a-z]+))?\s+by|"
    r"(?:by|(?:amount|com|correspond)\w*\s+to|is|was|makes?|gives?|means)\s+a\s+factor\s+of)\s+"
    r"(?:about |roughly |nearly |only |just )?$",
    re.IGNORECASE,
)
_PERCENT_OF = regex(r"\s*of\s+(?:its|his|her|their|that|what|the|those)\s+", re.IGNORECASE)
_LEVEL = regex(
    r"(?:[\w'’-]+\s+)?(?:rates?|values?|levels?|scores?|figures?|shares?|heights?|peaks?|maxim\w+|starts?|baselines?|"
    r"reading|gaps?|excess|memory|latency|cost|throughput|used? to|was|were|had|former|tuned|raw|initial|first|last|"
    r"original|unfilter\w*|direct)\b|(?:[\w-]+['’]s\b)|(?:at|in|on|for|under|with|without|of|before|after)\s",
    re.IGNORECASE,
)
"""Behind "half of the": a level, and no things or answers."""
_OF_TRIALS = regex(rf"(?:[\w'’-]+\s+){{0,2}}?{TRIALS}\b", re.IGNORECASE)
_VERBS = {"dou": 2.0, "tri": 3.0, "tre": 3.0, "quad": 4.0, "hal": 0.5, "quar": 0.25}
_OVER = regex(
    r"\b(?:more than|over|above|at least|better than|in excess of|a little over)\s+(?:an?\s+)?$", re.IGNORECASE
)
_UNDER = regex(r"\b(?:less than|under|below|fewer than|not even|no more than|at most)\s+(?:an?\s+)?$", re.IGNORECASE)
_NEARLY = regex(r"\b(?:nearly|almost|not quite|close to|just under|up to)\s+(?:an?\s+)?$", re.IGNORECASE)
_OF_ROWS = regex(r"(?<![\w-])\d[\d,]*\s+[a-z]+\s+$", re.IGNORECASE)
""" "75 rows doubled": the dose, and no level."""


@once
def ratios(sentence: Sentence) -> list[Ratio]:
    """The ratios that a sentence states of two levels; shares of things or of answers are none."""
    text = sentence.text
    low = text.lower()
    out = list(_of_digits(sentence))
    out.extend(_of_percents(sentence))
    out.extend(_of_quotients(sentence))
    if any(
        x in low for x in ("times", "fold", "twice", "thrice", "oubl", "ripl", "rebl", "uadrupl", "halv", "quarter")
    ):
        out.extend(_of_words(sentence))
    if "factor of" in low or "multipl" in low:
        out.extend(_of_factors(sentence))
    if any(x in low for x in ("half", "third", "quarter", "fourth", "fifth", "eighth", "tenth", "xth", "nth")):
        out.extend(_of_parts(sentence))
    taken = [(m.start, m.end) for m in sentence.names]
    sized = any(n.role == "n" for n in sentence.numbers)
    return [
        x
        for x in out
        if not any(a <= x.start < b for a, b in taken)  # a name with "Double" in it
        and not ((sized or _is_of_counts(sentence, x)) and _SIZES.match(sentence.passage.plain, x.end))
    ]


def _is_of_counts(sentence: Sentence, ratio: Ratio) -> bool:
    """True where two counts of the sentence have the ratio: "150 casts; for two ponds 450, three times as many"."""
    counts = [n.value for n in sentence.numbers if n.role == "count" and n.decimals <= 0 and n.value > 0]
    return any(ratio.low <= a / b <= ratio.high for a, b in permutations(counts[:_MOST_COUNTS], 2))


_MOST_COUNTS = 12


def _of_digits(sentence: Sentence) -> Iterator[Ratio]:
    """ "7.6 times", "7.5-fold", "×9.8"; a whole number may stand for a ratio that is a little off."""
    for n in sentence.numbers:
        repeats = n.decimals <= 0 and not _MORE.match(sentence.passage.plain, n.end)
        means = _OF_THE.match(sentence.passage.plain, n.end)
        if means is not None and _WITH.search(sentence.between(sentence.start, n.start)):
            repeats = repeats or not _LEVEL.match(sentence.passage.plain, means.end())  # "with 3 times the parameters"
        if n.role == "fold" and n.bound in ("", "~") and n.value > 0 and not repeats:
            room = max(n.room if n.bound == "~" else 0.0, 0.02 * n.value)
            yield Ratio(n.start, n.end, n.text + ("×" if n.unit else ""), n.low - room, n.high + room, False, n)


def _of_factors(sentence: Sentence) -> Iterator[Ratio]:
    """ "Multiplied by 4.6", "by a factor of 2.5"."""
    for n in sentence.numbers:
        plain = n.role in ("value", "count") and n.bound in ("", "~") and not n.signed and n.value > 0
        if plain and _BY_FACTOR.search(sentence.between(max(sentence.start, n.start - 60), n.start)):
            room = max(n.room if n.bound == "~" else 0.0, 0.02 * n.value)
            yield Ratio(n.start, n.end, n.text, n.low - room, n.high + room, False, n)


def _of_percents(sentence: Sentence) -> Iterator[Ratio]:
    """ "54% of the rate before", "25% higher with the hint than without"."""
    for n in sentence.numbers:
        if n.role != "percent" or n.bound not in ("", "~") or n.signed:
            continue
        rest = sentence.between(n.end, sentence.end)
        low, high = (x + s * (n.room / 100 if n.bound else 0.005) for x, s in zip(n.scaled(), (-1, 1), strict=True))
        of, relative = _PERCENT_OF.match(rest), _RELATIVE.match(rest)
        lost = _LOSES.search(sentence.between(max(sentence.start, n.start - 30), n.start))
        if (
            of is not None
            and lost is None
            and _LEVEL.match(rest[of.end() :])
            and not _OF_TRIALS.match(rest[of.end() :])
        ):
            yield Ratio(n.start, n.end, f"{n.text}%", low, high, False, n)
        elif relative is not None:
            low, high = (1 - high, 1 - low) if relative["less"] else (1 + low, 1 + high)
            yield Ratio(n.start, n.end, f"{n.text}%", low, high, False, n)


def _of_quotients(sentence: Sentence) -> Iterator[Ratio]:
    """ "Salted/plain at 200 grams: ≈ 42%", "rye:oat = 1.6"."""
    for n in sentence.numbers:
        if n.role not in ("percent", "value") or n.bound not in ("", "~") or n.signed:
            continue
        if _QUOTIENT.search(sentence.between(sentence.start, n.start)):
            room = n.room if n.bound == "~" else 0.5 * (n.high - n.low)
            scale = 0.01 if n.role == "percent" else 1.0
            yield Ratio(n.start, n.end, n.text, (n.low - room) * scale, (n.high + room) * scale, False, n)


_LOSES = regex(
    r"\b(?:los\w+|shed\w*|g[ai]ve(?:s|n)? (?:up|back)|giv(?:es|ing) (?:up|back)|surrender\w*|cede[sd]?|cut\w*|gain\w*|"
    r"add(?:s|ed)?|by)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
"""In front of a part that is taken away, or that is a change and no level."""
_QUOTIENT = regex(r"[\w)](?:\s?[/÷]\s?|:)[^\W\d][^.;:=≈(]{0,40}[:=≈]\s*[≈~]?\s*$")
"""A colon with a space behind it opens a list: "Pool: the deep one (all swimmers: 86%)"."""
_RELATIVE = regex(
    r"\s+(?:more|higher|larger|greater|faster|slower|longer|(?P<less>less|lower|smaller|fewer|shorter))\b",
    re.IGNORECASE,
)


def _of_words(sentence: Sentence) -> Iterator[Ratio]:
    for match in _TIMES.finditer(sentence.text):
        verb, many = match["verb"], match["n"] or match["fold"]
        before = sentence.text[max(0, match.start() - 28) : match.start()]
        if match["twice"]:
            value = 2.0 if match["twice"][1] in "wW" else 3.0
        elif verb:
            value = next(v for stem, v in _VERBS.items() if verb.lower().startswith(stem))
        else:
            value = whole_number(many) + (0.5 if match["half"] else 0.0)
        if (
            value in (0, 1)
            or NEGATED.search(before)
            or (verb and _DENIED.search(before))
            or (verb and _OF_ROWS.search(before))
        ):
            continue
        after = sentence.text[match.end() :]
        if is_of_a_setting(sentence.text[max(0, match.start() - 80) : match.start()], after):
            continue
        if verb and _is_an_occasion(verb, sentence.text[max(0, match.start() - 80) : match.start()], after):
            continue
        if not verb and not before.strip() and after.startswith("the ") and not _LEVEL.match(after[4:]):
            continue  # "Three times the ladder breaks": how often
        yield _about(sentence, match.start(), match.group().rstrip(" ,"), value, before)


def _is_an_occasion(verb: str, before: str, after: str) -> bool:
    """True where not what was measured doubles: "doubling the dose adds 3", "60 casts, doubled for the deep ponds"."""
    if _SO_OFTEN.search(before):
        return True  # "only once do the hits double": in how many cases
    return _FOR.match(after) is not None or (verb.lower().endswith("ing") and _AS_A_RESULT.search(before) is None)


_DENIED = regex(
    r"(?:\b(?:not|never|cannot|without|fails? to|failed to|hardly|nowhere)\b|n['’]t\b)"
    r"(?:\s+(?:even|quite|at least|more than|fully|so much as|or))*\s+$",
    re.IGNORECASE,
)
""" "Does not at least triple"."""
_SO_OFTEN = regex(r"\b(?:once|twice|thrice|times)\s+(?:do|does|did|has|have)\b(?:[^.;:,]|\.\d)*$", re.IGNORECASE)
_FOR = regex(r"\s+for\b", re.IGNORECASE)
_AS_A_RESULT = regex(r"(?:,\s*(?:thereby |thus |hence )?|\b)(?:(?:nearly|almost|roughly|about|more than)\s+|(?<=,\s))$")
_WITH = regex(r"\bwith\s+(?:about |roughly |some |almost |nearly )?$", re.IGNORECASE)


def _of_parts(sentence: Sentence) -> Iterator[Ratio]:
    """ "A third of the rate before", "half the memory of", "five eighths of the unfiltered", "a third as long as"."""
    shares = (m for m in _SHARE.finditer(sentence.text) if _is_of_a_level(sentence, m))
    for match in (*shares, *_AS.finditer(sentence.text)):
        value = part_of(f"{match['k'] or ''} {match['part']}")
        if not 0 < value < 1:
            continue
        before = sentence.text[max(0, match.start() - 28) : match.start()]
        if NEGATED.search(before):
            continue
        shown = sentence.text[match.start() : match.end("part")]
        if _AGAIN.match(sentence.text, match.end("part")):
            value += 1
        yield _about(sentence, match.start(), shown, value, before)


_AGAIN = regex(r"\s+as\s+\w+\s+again\b", re.IGNORECASE)
""" "Half as often again": 1.5 times as often."""


def _is_of_a_level(sentence: Sentence, share: re.Match[str]) -> bool:
    """True if what a part is said to be of is a level, and no things or answers."""
    rest = sentence.text[share.end() :]
    owned = share["of"].strip()[-2:] in ("'s", "’s") or share["of"].strip().lower() in ("that", "those", "what")
    return not _OF_TRIALS.match(rest) and (owned or _LEVEL.match(rest) is not None)


def _about(sentence: Sentence, at: int, shown: str, value: float, before: str) -> Ratio:
    """What a ratio in words allows: a fifth to each side, and half as much again behind "more than"."""
    beyond, short = _OVER.search(before), _UNDER.search(before) or _NEARLY.search(before)
    if shown.lower().startswith(("halv", "quartere", "quarteri")):  # "more than halved" is less than half
        beyond, short = short, beyond
    low = value * (0.98 if beyond else 0.65 if short and not _NEARLY.search(before) else 0.8)
    high = value * (1.02 if short else 1.5 if beyond else 1.2)
    start = sentence.start + at
    return Ratio(start, start + len(shown), shown, low, high, True)
