"""What is said to rise or fall with what, against the sign of its coefficient."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..regex import regex
from .correlations import records
from .directed import Rate, clash_of, coefficients_in, moves_in
from .grammar import Number
from .knowledge import Clash, Evidence
from .lexicon import DENIAL, DirectionWord, direction_words, strength_words
from .names import words_of
from .passages import Sentence
from .relations import relation_sign

__all__ = ["is_of_distance", "of_relations"]

_RELATION = regex(
    r"\b(?:with|as(?! well\b)|when|relat\w+|correlat\w+|associat\w+|link\w*|relation\w*|slope|trend|across|towards?|"
    r"along)\b",
    re.IGNORECASE,
)


def _main_sign(evidence: Evidence) -> int:
    """The sign of every significant coefficient of the page's claims; 0 where they differ, or none is."""
    signs = {
        (r.coefficient.value > 0) - (r.coefficient.value < 0)
        for r in records(evidence)
        if r.coefficient is not None and r.p is not None and not r.prior and r.p.high < 0.05 and r.p.bound in ("", "<")
    }
    return next(iter(signs)) if len(signs) == 1 else 0


def of_relations(evidence: Evidence, sentence: Sentence, words: list[DirectionWord]) -> Iterator[Clash]:
    """The sign that words give to a relation, against its coefficients or, for a title, those of the page."""
    text = sentence.text
    if _UNRELATED.search(text):
        return
    correlative = relation_sign(text)
    stated = any(w.polar for w in words) and _LINK.search(text) is not None
    if not _RELATION.search(text) and not any(w.polar for w in words) and correlative is None:
        return
    coefficients = [n for n in sentence.numbers if n.role == "coefficient" and not n.bound and abs(n.value) <= 1]
    if stated:
        yield from _of_stated(evidence, sentence, words, coefficients)
        yield from _odd_ones(sentence)
    at = coefficients[0].at - sentence.start if coefficients else len(text)
    if not coefficients and (correlative is not None or stated):
        coefficients = _earlier(sentence)
    if coefficients:
        if len({n.value > 0 for n in coefficients}) != 1 or any(abs(n.value) < 0.05 for n in coefficients):
            return
        first = text[:at]
        if strength_words(first) or moves_in(sentence):
            return
        sign = 1 if coefficients[0].value > 0 else -1
        shown = coefficients[0].text
    else:
        if sentence.passage.scope != "title" or (
            sentence.numbers and any(n.role in ("percent", "points") for n in sentence.numbers)
        ):
            return
        sign, first, shown = _main_sign(evidence), text, "the page's coefficients"
        if sign == 0 or not _OF_NEARNESS.search(text):
            return  # of a relation that the page's coefficients may not be about
    correlative = relation_sign(first) if coefficients and at < len(text) else correlative
    if correlative is None and coefficients and at < len(text):
        tail = text[coefficients[-1].end - sentence.start :]
        correlative = relation_sign(tail) if not regex(r"\d").search(tail) else None
    told = _SIGN_IS.search(first) if coefficients else None
    if told is not None and (1 if told["up"] else -1) != sign:
        word = DirectionWord(told.start("said"), told.end("said"), -sign, told["said"])
        yield clash_of(sentence, word, f"'{word.text}' beside {shown}")
        return
    if correlative is not None:
        start, end, said = correlative
        trait = _TRAIT.match(text, end)
        if trait is not None and not words_of(trait[1]) & evidence.quantities:
            return
        if _NEARNESS.search(text) is None and is_of_distance(evidence):
            return
        if said != sign and not _SUPPOSED.search(text, 0, start):
            place = sentence.passage.place(sentence.start + start, sentence.start + end)
            if correlative in (relation_sign(first), relation_sign(text)) or not coefficients:
                word = DirectionWord(start, end, said, first[start:end] or text[start:end])
                yield clash_of(sentence, word, f"'{word.text}' beside {shown}")
            else:
                yield Clash("direction", place, f"a relation of the other sign beside {shown}", "correct the words")
        return
    if _SUBJECT.match(text):
        yield from _of_subject(sentence, first, coefficients, sign, shown)
        return  # "Larger models lose less": the comparative is the subject's
    mine = [w for w in words if w.end <= len(first) and not _BEFORE_NUMBER.match(text[w.end :])]
    mine += [w for w in words if w.polar and _BEHIND.fullmatch(text[len(first) : w.start])]
    polar = [w for w in mine if w.polar]
    chosen = [w for w in polar or mine if not _SUPPOSED.search(text, 0, w.start)]
    if not chosen or len(chosen) > 2:
        return
    if not polar and not regex(r"\b(?:with|as(?! well\b)|when|along|towards?|across)\b").search(first[chosen[0].end :]):
        return
    if not polar and _COEFFICIENT_IS.search(first[: chosen[0].start]):
        return  # "ρ is 0.4 to 0.7; it is smaller when all are taken together": of the coefficient itself
    if _DENIED.search(first[chosen[0].end :]):
        return  # "a large gain does not go with fewer misses"
    said = 1
    for w in chosen:
        said *= w.sign
    if len(chosen) == 2 and (
        polar or not regex(r"\b(?:as|when|with)\b").search(first[chosen[0].end : chosen[1].start])
    ):
        return
    if said != sign:
        beside = shown if coefficients else "coefficients of the other sign"
        yield clash_of(sentence, chosen[0], f"'{chosen[0].text}' beside {beside}")


_SIGN_IS = regex(
    r"\bsigns? (?:is|are|was|were|stays?|remains?) (?:always |everywhere )?(?P<said>(?P<up>positive)|negative)\b",
    re.IGNORECASE,
)


_SUPPOSED = regex(r"\b(?:should|would|could|might|ought to)\s+(?:\w+\s+)?$", re.IGNORECASE)
""" "If so, the rate should rise with the distance, but …": what is not there."""


def is_of_distance(evidence: Evidence) -> bool:
    """True if the page's coefficients may be those of a distance, which has the other sign."""
    if evidence.quantities & _REMOTE:
        return True
    return any(_DISTANCES.search(r.passage.plain) for r in records(evidence) if r.passage is not None and not r.prior)


def _of_stated(
    evidence: Evidence, sentence: Sentence, words: list[DirectionWord], coefficients: list[Number]
) -> Iterator[Clash]:
    """ "The relation is negative everywhere, between 0.3 and 0.6": bare values behind it, which all have one sign."""
    values = coefficients_in(sentence) or _known_ones(evidence, sentence)
    polar = [w for w in words if w.polar and w.end <= (values[0].start - sentence.start if values else 0)]
    if coefficients or len(polar) != 1 or len({v.value > 0 for v in values}) != 1:
        return
    between = sentence.between(sentence.start + polar[0].end, values[0].start)
    if polar[0].sign * values[0].value < 0 and not regex(r"[;]|\b(?:but|while|whereas|except|than)\b").search(between):
        yield clash_of(sentence, polar[0], f"'{polar[0].text}' beside {values[0].text}")


def _known_ones(evidence: Evidence, sentence: Sentence) -> list[Rate]:
    """The bare values of a sentence, where each is a coefficient that the files or the tables have."""
    bare = [n for n in sentence.numbers if n.role == "value" and n.decimals > 1 and not n.bound]
    if not all(evidence.is_known(n, evidence.known_coefficients) for n in bare):
        return []
    return [Rate(n.at, n.end, n.value, "coefficient", n.text) for n in bare]


def _odd_ones(sentence: Sentence) -> Iterator[Clash]:
    """ "Both coefficients are positive: 0.4 on ranks and −0.3": the one of the other sign."""
    said = _ALL_ARE.search(sentence.text)
    if said is None:
        return
    sign = 1 if said["sign"].lower() == "positive" else -1
    values = [v for v in coefficients_in(sentence) if v.value]
    values = [v for v in values if v.end <= sentence.start + said.start()] or values
    odd = [v for v in values if v.value * sign < 0]
    if len(values) == 2 and len(odd) == 1 and not _BUT.search(sentence.text):
        place = sentence.passage.place(odd[0].start, odd[0].end)
        yield Clash("direction", place, f"{odd[0].text} where both are said to be {said['sign']}", "correct the sign")


_ALL_ARE = regex(
    r"\bboth(?:\s+[a-z]+){0,2}?\s+(?:are|were|is|come out|came out|turn out|stay|remain)\s+(?:\w+ly\s+)?"
    r"(?P<sign>positive|negative)\b",
    re.IGNORECASE,
)
_BUT = regex(r"\b(?:but|whereas|while|except|than|unless|without|until|before|not|only if)\b", re.IGNORECASE)
_DENIED = regex(DENIAL, re.IGNORECASE)
_COEFFICIENT_IS = regex(
    r"(?:ρ|\b(?:rho|r|coefficients?|correlations?|it|which|this|that))\s+(?:is|was|are|were|becomes?|became|gets?|got|stays?|"
    r"remains?|comes? out)\s+(?:\w+ )?$|"
    r"\b(?:fit|correlation|relation|relationship|association|link|agreement|coefficient)s?\s+(?:\w+ )?$",
    re.IGNORECASE,
)
_TRAIT = regex(
    r"\s+((?!frequent|prevalent|evident|apparent)[a-z]{3,}(?:ant|ent|ive|ous|able|ible|ful|less|ic))\b", re.IGNORECASE
)
""" "The nearer, the more resistant": it may be that there is less of what was counted."""
_BEFORE_NUMBER = regex(r"\s+(?:[pαN]\s*=\s*)?[-−+]?\.?\d")
"""Behind "below": a bound, and no direction."""
_BEHIND = regex(
    r"(?:[ρr]|rho)?\s?=?\s?[-−+]?\d?\.\d+(?:[,;]?\s[pPnN]\s?[=<>≈]\s?[^,;()]+)*,?\s"
    r"(?:(?:which|it|that|is|was|are|also|too|again|all|both|each|and|so|likewise)\s)*"
)
"""From a coefficient to "negative" behind it: "gives ρ = .48, N = 504, which is also negative"."""
_LINK = regex(
    r"\b(?:relations?|relationship|links?|associations?|correlations?|coefficients?|spearman|pearson|trends?|slopes?|dependence|"
    r"connection)\b",
    re.IGNORECASE,
)
_SUBJECT = regex(r"\W*(?:the )?(?:larger|bigger|greater|smaller|higher|lower|closer|stronger)\s+\w+", re.IGNORECASE)
_LONGER = regex(
    r"^\W*(?:the )?(?:(?P<am>longer|larger|bigger|greater|higher|wordier|deeper|older|later|stronger|heavier|richer)|"
    r"(?P<al>shorter|smaller|lower|terser|shallower|younger|earlier|weaker|lighter|poorer))\s+[\w-]+\s+"
    r"(?P<gap>(?:[\w-]+\s+){1,4}?)(?:(?P<bm>more|higher|greater|larger|better|more often)|"
    r"(?P<bl>fewer|less|lower|smaller|worse|less often))\b",
    re.IGNORECASE,
)


def _of_subject(sentence: Sentence, first: str, coefficients: list[Number], sign: int, shown: str) -> Iterator[Clash]:
    """ "Longer phrasings get more right answers (ρ = −0.76)": two comparatives and the coefficient behind them."""
    hit = _LONGER.match(first)
    if hit is None or not coefficients or regex(r"\bthan\b").search(first):
        return
    if any(not w.polar for w in direction_words(hit["gap"])):
        return  # "lose less" of one that counts losses
    said = (1 if hit["am"] else -1) * (1 if hit["bm"] else -1)
    if said != sign:
        yield clash_of(
            sentence,
            DirectionWord(hit.start(), hit.end(), said, hit.group(0).strip()),
            f"'{hit.group(0).strip()}' beside {shown}",
        )


_UNRELATED = regex(
    r"\b(?:unrelated|uncorrelated|unconnected|independent(?:ly)? of|"
    r"no (?:relation\w*|association|correlation|link|trend))\b",
    re.IGNORECASE,
)
_OF_NEARNESS = regex(
    r"\b(?:near\w*|clos\w+|similar\w*|alike|like(?:ness)?|resembl\w+|overlap\w*|cosines?|proximity|project\w+|align\w+|"
    r"affinity|kinship|distan\w+|far(?:ther)?|further|remote\w*|geometr\w+)\b",
    re.IGNORECASE,
)
_NEARNESS = regex(
    r"\b(?:with|follows?|tracks?|against)\b.*\b(?:overlap|closeness|similarity|likeness|cosine|projection|"
    r"resemblance)\b",
    re.IGNORECASE,
)
_REMOTE = frozenset(["distance", "dissimilarity", "remoteness"])
_DISTANCES = regex(r"\b(?:distances?|dissimilarity|remoteness)\b", re.IGNORECASE)


def _earlier(sentence: Sentence) -> list[Number]:
    """The coefficients of the sentence before for "Hedging decreases with overlap."; for an opening, of the next."""
    if any(n.role not in ("count", "n") for n in sentence.numbers):
        return []
    beside = sentence.previous or (*sentence.passage.sentences[1:2], sentence)[0]
    return [n for n in beside.numbers if n.role == "coefficient" and not n.bound and abs(n.value) <= 1]
