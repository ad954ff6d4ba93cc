"""Two rates, or two coefficients, that a comparative sets against each other: "sold more in May (30%) than in June"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..regex import regex
from .claims import is_moot
from .directed import Rate, clash_of, coefficients_in, rates_in
from .knowledge import Clash
from .lexicon import DENIAL, DirectionWord, strength_words
from .passages import Sentence
from .wording import ARROW

__all__ = ["bracket_clashes", "versus_clashes", "weighed_clashes"]

_COMPARATIVE = regex(
    r"\b(?:(?P<up>more|higher|greater|larger|bigger|commoner|likelier|louder|oftener|above|ahead of|exceeds?|exceeded|"
    r"surpass(?:es|ed)?|outdoes|beats?|tops(?! out)|outstrips?|outnumbers?|dwarfs|eclipses|overshadows|outranks|"
    r"outpaces|outscores|outperforms)|(?P<down>less|fewer|lower|smaller|rarer|quieter|scarcer|below|beneath|"
    r"behind(?! (?:it|them|him|her)\b)|trails?|lags?|"
    r"falls short of|undershoots|is (?:dwarfed|exceeded|beaten|surpassed|topped) by))\b"
    r"(?!\s+than\s+(?:about |nearly |some )?(?:a |one |two |three )?"
    r"(?:half|thirds?|quarters?|fifths?|tenths?|one|two|three|four|five|six|seven|eight|nine|ten|\d))(?!\s+(?:layers?|"
    r"data|examples?|training|epochs?|steps?|samples?|work|detail\w*|precise\w*|than (?:(?:that|this)(?! of\b)|once|"
    r"twice))\b)(?!\s+(?:the )?(?:p\s?[<=]\s?)?0?\.0\d)",
    re.IGNORECASE,
)
_AGAINST = regex(
    r"\b(?:than|against|versus|vs\.?|compared (?:with|to)|in comparison (?:with|to)|as opposed to|relative to|"
    r"in contrast to|instead of|rather than|in place of|formerly|previously|(?:up|down) from|where)\b",
    re.IGNORECASE,
)
_OPENING = regex(
    r"^\W*(?:as )?(?:compared (?:with|to)|against|relative to|in comparison (?:with|to)|in contrast to|unlike)\b",
    re.IGNORECASE,
)
_DENIED = regex(rf"{DENIAL}|\b(?:hardly|barely|without being|if|whether|or)\b", re.IGNORECASE)
_WITH_THAN = frozenset(
    [
        *("more", "higher", "greater", "larger", "bigger", "commoner", "likelier", "louder", "oftener"),
        *("less", "fewer", "lower", "smaller", "rarer", "quieter", "scarcer"),
    ]
)
"""The others stand between two things by themselves."""


def versus_clashes(sentence: Sentence) -> Iterator[Clash]:
    """A comparative that the two rates of its sentence contradict."""
    rates = rates_in(sentence)
    if len(rates) != 2 or rates[0].role != rates[1].role or is_moot(sentence):
        return
    words = [
        DirectionWord(m.start(), m.end(), 1 if m["up"] else -1, m.group(0))
        for m in _COMPARATIVE.finditer(sentence.text)
    ]
    yield from _weighed(sentence, words, rates, [r.value for r in rates])


def bracket_clashes(sentence: Sentence) -> Iterator[Clash]:
    """Comparatives that the bracket right behind them contradicts: "the deeper bed and the lower toll (80% vs 52%)"."""
    if "(" not in sentence.text or is_moot(sentence):
        return
    for match in _BRACKETED.finditer(sentence.text):
        left = sentence.start + match.end()
        inside = [n for n in sentence.numbers if left <= n.at][:2]
        if len(inside) < 2 or inside[0].role != inside[1].role or inside[0].role not in _WEIGHED or inside[0].at > left:
            continue
        a, b = inside
        if not _SET_AGAINST.fullmatch(sentence.between(a.end, b.at)) or a.bound or b.bound or max(a.value, b.value) < 0:
            continue  # the larger of two negative coefficients may be the stronger
        if _DENIED.search(sentence.text, max(0, match.start() - 24), match.start()):
            continue
        if (a.value - b.value) * (1 if match["up"] else -1) < 0:
            word = DirectionWord(match.start(), match.end(), 1 if match["up"] else -1, match["up"] or match["down"])
            yield clash_of(sentence, word, f"'{word.text}' beside {a.text} against {b.text}")


_BRACKETED = regex(
    r"\bthe (?:(?P<up>higher|greater|larger|bigger)|(?P<down>lower|smaller)) (?:[a-z-]+ ){0,3}[a-z-]+ \((?:at |with )?",
    re.IGNORECASE,
)
_SET_AGAINST = regex(r"\s?%?\s+(?:vs\.?|versus|against|compared (?:with|to))\s+", re.IGNORECASE)
_WEIGHED = ("percent", "value", "coefficient", "points", "fold")


_IN_SIZE = regex(r"\b(?:magnitude|absolute|in size|modulus|away from zero)\b|\|", re.IGNORECASE)


def weighed_clashes(sentence: Sentence) -> Iterator[Clash]:
    """A word of strength or of size that the two coefficients of its sentence contradict."""
    pair = coefficients_in(sentence)
    end = len(sentence.text)
    if len(pair) > 2 and (cut := _BUT.search(sentence.text, pair[1].end - sentence.start)) is not None:
        end = cut.start()  # "0.50 is above the weakest (0.37), but short of the strongest (0.71)"
        pair = [c for c in pair if c.start < sentence.start + end]
    if len(pair) != 2 or pair[0].value * pair[1].value <= 0:
        return
    words = [w for w in strength_words(sentence.text) if w.end <= end]
    if pair[0].value > 0 or _IN_SIZE.search(sentence.text):
        words += [
            DirectionWord(m.start(), m.end(), 1 if m["up"] else -1, m.group(0))
            for pattern in (_COMPARATIVE, _CHANGED)
            for m in pattern.finditer(sentence.text, 0, end)
        ]
    yield from _weighed(sentence, words, pair, [abs(c.value) for c in pair])


_BUT = regex(r"\b(?:but|while|whereas|yet)\b|;", re.IGNORECASE)
_CHANGED = regex(
    r"\b(?:(?P<up>lift(?:s|ed)?|raise[sd]?|rais(?:es|ed)|pushe[sd] up|increase[sd]?|rises?|rose)|"
    r"(?:lower(?:s|ed)|reduce[sd]?|pulls? down|drag(?:s|ged) down|decrease[sd]?|falls?|fell|drops?|dropped))\b",
    re.IGNORECASE,
)
"""What is done to a coefficient."""


def _weighed(sentence: Sentence, words: list[DirectionWord], pair: list[Rate], sizes: list[float]) -> Iterator[Clash]:
    """The one word that compares two numbers, where their sizes say the other."""
    a, b = pair
    opened = 1 + max(sentence.text.rfind(mark, 0, a.start - sentence.start) for mark in ":;")
    own_words = [w for w in words if w.start >= opened] or words
    if len(own_words) != 1:
        return
    (word,) = own_words
    if _DENIED.search(regex(r"[:;]").split(sentence.text[max(0, word.start - 40) : word.start])[-1]):
        return
    if _SET.match(sentence.text, word.end) or _OF_A_QUALITY.match(sentence.text, word.start):
        return
    if sizes[0] == sizes[1]:
        between = sentence.between(max(a.end, sentence.start + word.end), b.start)
        if a.text == b.text and len(a.text) > 2 and word.end < b.start - sentence.start and _THAN.search(between):
            yield clash_of(sentence, word, f"'{word.text}' of {a.text}, beside {b.text}")
        return
    own = _own(sentence, word, a, b)
    if own is None or _EXCEPT.search(sentence.between(sentence.start + word.end, a.start)):
        return
    other = b if own is a else a
    if own is a and _ONCE.search(sentence.between(sentence.start + word.end, b.start)):
        return  # "the fit (r = 0.9) is looser once all have joined (r = 0.7)"
    if (sizes[pair.index(own)] - sizes[pair.index(other)]) * word.sign < 0:
        yield clash_of(sentence, word, f"'{word.text}' of {own.text}, beside {other.text}")


_THAN = regex(r"^[^,;:%]*\bthan\b[^,;:]*$")
_ONCE = regex(r"\b(?:once|as soon as|now that)\b", re.IGNORECASE)
_SET = regex(r"\s+(?:(?:sub)?sets?|samples?|groups?|pools?|panels?|models?|batch(?:es)?|collections?)\b", re.IGNORECASE)
"""Behind "the larger": what is large is no number of the sentence."""
_OF_A_QUALITY = regex(
    r"(?:more|less) (?!frequent|prevalent|apparent)\w+(?:al|ous|ive|ful|less|ent|ant|able|ible|ic|ary|eet|ish)\b",
    re.IGNORECASE,
)
"""Which way the numbers then lie is not known: a more lenient judge may mark more, or fewer."""
_EXCEPT = regex(r"\b(?:except\w*|but(?! also)|apart from|other than|save|bar|only not|unlike)\b", re.IGNORECASE)
"""Between a word and the numbers of a thing of which it is not said."""
_STATISTICS = r"(?:\s*[,;/(]*\s*[pPnN]\s?[=<>≤≈]\s?[\d.,]+\d(?:\s?(?:e|[×x]\s?10\^?)\s?[-−⁻]?[\d⁰¹²³⁴⁵⁶⁷⁸⁹]+)?\)?)*"
_LABEL = regex(
    rf"\s*%?{_STATISTICS}\s*(?:of \w+\s+)?(?P<label>without|with|before|after)\b(?! the exception)", re.IGNORECASE
)
_LABEL_BEFORE = regex(
    r"\b(?P<label>without|with|before|after)\b(?! the exception)(?:\s(?:it|them|that|this),|[^.;:,()\d]{0,30})[\s(=]*"
    r"(?:[ρr]\s?=\s?)?$",
    re.IGNORECASE,
)
_IN_BRACKET = regex(r"\s*%?,? (?:against|versus|vs\.?|compared (?:with|to)|instead of|rather than) (?:[ρr]\s?=\s?)?")
_SIDE = regex(r"\s+(?:\w+\s+){0,3}?(?P<label>without|with|before|after)\b", re.IGNORECASE)
_LEFT_OUT = regex(
    r"\b(?:without|w/o|exclu\w+|leav\w+ out|left out|drop(?:s|ped|ping)?|remov\w+|minus|except|sans|omit\w*|"
    r"omission)\b",
    re.IGNORECASE,
)
_LET_IN = regex(
    r"\b(?:with|includ\w+|inclusion|let in|taken in|add(?:s|ed|ing)|addition|admit\w*|admission|join(?:s|ed)?|"
    r"counted in|entry)\b",
    re.IGNORECASE,
)
_BESIDE = regex(rf"\s*%?{_STATISTICS}\)?,?\s*(?:and |which |that )?(?:is |lies |stays )?")
"""From a number to the word that sets it beside another: "the coefficient, .55, exceeds"."""
_ARROW = regex(rf"\s*{ARROW}\s*(?:[ρr]\s?=\s?)?")
_SO_IT_IS = regex(r":\s+(?:[ρr]\s?=\s?|rho\s?=\s?)?$", re.IGNORECASE)
_VALUE = r"(?:(?:the|an?|about|nearly|[ρr]\s?=)\s?)?[-−+]?\d?\.\d+$"
_FROM = regex(
    r"(?<!range )(?<!ranges )(?<!run )(?<!runs )(?<!span )(?<!spans )(?<!lie )(?<!lies )(?<!ranging )\bfrom\s+"
    rf"{_VALUE}",
    re.IGNORECASE,
)
_TO = regex(rf"\bto\s+{_VALUE}", re.IGNORECASE)


def _own(sentence: Sentence, word: DirectionWord, a: Rate, b: Rate) -> Rate | None:
    """The number that is said to be more or less than the other; ``None`` where the words leave it open."""
    start, end = sentence.start + word.start, sentence.start + word.end
    between = sentence.between(a.end, b.start)
    if a.end <= start and end <= b.start and _SO_IT_IS.search(sentence.between(end, b.start)):
        return b  # "take the first away (0.4) and it gets stronger: r = 0.8"
    if "coefficient" in (a.role, b.role):  # moves of rates have words of their own
        said = sentence.between(max(sentence.start, a.end - 40), a.end)
        if _ARROW.fullmatch(between) or (between.rstrip().endswith(" to") and _FROM.search(said)):
            return b
        if _TO.search(said) and between.rstrip().endswith(("from", "from the")):
            return a
    labels = [_LABEL.match(sentence.between(x.end, min(sentence.end, x.end + 60))) for x in (a, b)]
    if _IN_BRACKET.fullmatch(between) and sentence.between(sentence.start, a.start).rstrip(" ρr=").endswith("("):
        return a if end <= a.start else None  # "higher than without it (52% compared with 48%)"
    if not all(labels):
        earlier = (sentence.start, a.end)
        fronted = [_LABEL_BEFORE.search(sentence.between(i, x.start)) for i, x in zip(earlier, (a, b), strict=True)]
        either = [x or y for x, y in zip(labels, fronted, strict=True)]
        pair = {m["label"].lower() for m in either if m}
        labels = either if all(either) and (not any(labels) or pair == {"with", "without"}) else labels
    if all(labels):
        return _labelled(sentence, word, {m["label"].lower(): x for m, x in zip(labels, (a, b), strict=True) if m})
    if any(labels):
        return None
    if _OPENING.match(sentence.text):
        return b if a.end <= start < b.end else None
    if ";" in between:
        return None
    if _OF_ITSELF.match(sentence.text, word.end):
        return b if a.end <= start else None  # "A leads (0.6) and B trails (0.3)"
    if word.text.lower() not in _WITH_THAN and a.end <= start and end <= b.start:
        if _THAN_THAT.match(sentence.between(end, b.start)):
            return b
        lead = sentence.between(a.end, start)
        near = len(between) < 90 and (not regex(r"[,:]").search(lead) or _BESIDE.fullmatch(lead) is not None)
        return a if near else None
    for against in _AGAINST.finditer(sentence.text, word.end):
        at = sentence.start + against.start()
        if a.end <= at < b.start and not regex(r"[.:](?:\s|$)").search(sentence.between(at, b.start)):
            return a
    return None


_THAN_THAT = regex(r"\s+(?:that|this|it)(?:\s+(?:point|value|level|mark|peak|rate|figure))?\s*\(", re.IGNORECASE)
""" "It peaks at 62% and ends below that (42%)"."""
_OF_ITSELF = regex(r"(?<=trails|.leads|..lags)\s*(?:[(,;.]|at\b|with\b|$)")


def _labelled(sentence: Sentence, word: DirectionWord, sides: dict[str, Rate]) -> Rate | None:
    """Of two numbers, one "with" or "after" and one "without" or "before", that of which the word's clause speaks."""
    ours = [x for label, x in sides.items() if label in _LATER]
    theirs = [x for label, x in sides.items() if label not in _LATER]
    if len(ours) != 1 or len(theirs) != 1:
        return None
    said = _SIDE.match(sentence.text[word.end : word.end + 40])
    if said is not None:
        later = (said["label"].lower() in _LATER) != (regex(r"\bthan\b").search(said.group(0)) is not None)
        return ours[0] if later else theirs[0]
    clause = (
        regex(r"[;.]\s").split(sentence.text[: word.start])[-1] + regex(r"[;:.(]").split(sentence.text[word.end :])[0]
    )
    if "before" in sides or "after" in sides:
        return ours[0]  # what was done came in between
    out, let = _LEFT_OUT.search(clause) is not None, _LET_IN.search(clause) is not None
    return None if out == let else ours[0] if let else theirs[0]


_LATER = ("with", "after")
