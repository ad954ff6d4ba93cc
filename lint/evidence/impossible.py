"""Numbers that cannot be what they are called, whatever was measured: a coefficient of 1.7, a p of 1.3, 14 of 12."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..regex import regex
from .claims import is_claim
from .grammar import Number
from .knowledge import Clash, Evidence
from .lexicon import TRIALS
from .passages import Sentence

__all__ = ["impossible_clashes"]

_OF = regex(r"\s+(?:out )?of (?:the |all |its |their |these |those |our )?$")
_COMPOUND = regex(r"[-–‑]\w")
"""Behind the second number of "5 of 2-layer models"."""
_TRIALS = regex(r"\s*[(,;]\s*[nN]\s*=\s*\d")
_CHANGE = regex(
    r"\bby\b|\b(?:is|are|was|were|goes|went) up\b|\bmore\b|\bris\w+|\brose\b|\bincreas\w*|\bgr[eo]w\w*|\bgain\w*|"
    r"\bchang\w*|\brelativ\w*|\bbaseline\b|\bcompared\b|\btimes\b|\boverhead\b|\bof (?:the|its|their)\b",
)
_OF_FIT = regex(
    r"\b(?:regression|slope|path|logit|logistic|linear model|odds|unstandardi[sz]ed)\b|"
    r"(?:ρ|\brho|\br)[\w()]*\s*/\s*(?:ρ|rho\b|r\b)",
    re.IGNORECASE,
)
"""What has no bound: the coefficient of a fit, the ratio of two correlations."""
_COEFFICIENT = "coefficients lie between −1 and 1"


def impossible_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Numbers outside what their own name allows. The name must stand beside them, so that nothing is guessed."""
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences if passage.numbers else ():
            tested = any(n.role in ("p", "n") for n in sentence.numbers)
            for number in sentence.numbers:
                low = min(abs(number.low), abs(number.high))
                beyond = number.role == "coefficient" and low > 1 and number.decimals > 0
                if beyond and (tested or _named(number)) and not _OF_FIT.search(_lead(sentence, number)):
                    yield _clash(sentence, number, number, f"{number.label} = {number.text}: {_COEFFICIENT}")
                elif number.role == "p" and _is_no_probability(sentence, number):
                    yield _clash(sentence, number, number, f"p = {number.text}: a p-value lies between 0 and 1")
                elif number.role == "percent" and low > 100 and _is_share(sentence, number):
                    yield _clash(sentence, number, number, f"{number.text}% of n trials: a rate is 100% at the most")
                elif number.role in ("value", "none") and low > 1 and (name := _bounded_name(sentence, number)):
                    yield _clash(sentence, number, number, f"{name} = {number.text}: beyond 1, which no data give")
            for k, n in zip(sentence.numbers, sentence.numbers[1:], strict=False):
                if _counts_more_than_all(sentence, k, n):
                    yield _clash(sentence, k, n, f"{k.text} of {n.text}: a part is no larger than the whole")
    yield from _of_tables(evidence)


def _of_tables(evidence: Evidence) -> Iterator[Clash]:
    """Cells outside what the header over them allows, where the header is a name and nothing more."""
    for sheet in evidence.sheets:
        for item in sheet.numbers:
            number, head = item.number, sheet.header[item.column]
            negative = number.role == "p" and number.high < 0
            if item.position or item.interval or number.bound:
                continue
            if min(abs(number.low), abs(number.high)) <= 1 and not negative:
                continue
            related = _RELATED_HEAD.fullmatch(head) is not None and number.role in ("value", "coefficient")
            within = related and abs(number.value) < _ANOTHER_SCALE and number.decimals > 0
            p = number.role == "p" and number.decimals > 0
            rate = number.role == "percent" and number.low > 100 and _RATE_HEAD.fullmatch(head) is not None
            if within or (p and not _OF_LOGARITHM.search(head)) or (rate and not number.signed):
                place = evidence.document.place(item.cell.text, number.start, number.end)
                name = "rate" if rate else head.strip()
                most = "a rate is 100% at the most" if rate else "a p-value lies between 0 and 1" if p else _COEFFICIENT
                unit = "%" if rate else ""
                yield Clash("impossible", place, f"{name} = {number.text}{unit}: {most}", "one of its digits is wrong")


_RELATED_HEAD = regex(
    r"\W*(?:(?:Spearman|Pearson)(?:['’]s)?\s*)?(?:ρ|rho|Spearman|Pearson|(?:rank )?correlation)\W*", re.IGNORECASE
)
_RATE_HEAD = regex(
    r"\W*(?:(?:leak(?:age)?|marker|hit|uptake|own|bystander)\s+)?(?:rate|share|proportion|fraction)s?[\s,]*"
    r"(?:\(?(?:in )?%\)?)?\W*",
    re.IGNORECASE,
)
_OF_LOGARITHM = regex(r"\blog|\bln\b|−|-log", re.IGNORECASE)


def _clash(sentence: Sentence, first: Number, last: Number, message: str) -> Clash:
    return Clash("impossible", sentence.passage.place(first.start, last.end), message, "one of its digits is wrong")


def _lead(sentence: Sentence, number: Number) -> str:
    """The words in front of a number, its label with them."""
    return sentence.between(max(sentence.start, number.start - 60), number.start)


def _named(number: Number) -> bool:
    """True for ρ and "correlation"; a bare r may be a rank or a radius."""
    return number.label in ("ρ", "correlation")


def _is_no_probability(sentence: Sentence, number: Number) -> bool:
    """True for a p below 0, or a decimal one above 1 that is no exponent and no logarithm."""
    beyond = number.high < 0 or (min(abs(number.low), abs(number.high)) > 1 and number.decimals > 0)
    return beyond and not number.bound and _NO_P.search(sentence.between(sentence.start, number.start)) is None


_NO_P = regex(
    r"\b(?:log(?:10|₁₀)?|ln|logit)\W*p\W*$|\b(?:norms?|Minkowski|L_?p|ℓ_?p|exponent|power|momentum|order)\b",
    re.IGNORECASE,
)
"""Before another p than that of a test."""


def _bounded_name(sentence: Sentence, number: Number) -> str:
    """The name of a quantity that is never above 1, right before a number; "" where none stands there."""
    if number.bound or number.decimals <= 0 or number.unit or abs(number.value) >= _ANOTHER_SCALE:
        return ""
    before = sentence.between(max(sentence.start, number.start - 48), number.start)
    named = _BOUNDED.search(before)
    if _ONE_IN.match(sentence.between(number.end, number.end + 8)):
        return ""
    if named is None or _UNBOUNDED.search(before) or (number.signed and not _signed(number, named["name"])):
        return ""
    return str(named["name"])


def _signed(number: Number, name: str) -> bool:
    """True for a value below −1 of what may be negative, and is bounded there too; "+1.3" is a change."""
    return number.value < 0 and name.lower().startswith(("cos", "κ", "kappa"))


_ONE_IN = regex(r"\s+(?:in|per|out|[mcnμk]?m|m?s|h|rad|degrees?|orders?)\b|\s*[×x°]")
"""Behind the 1.4 of "1.4 in a thousand", and behind a length."""
_ANOTHER_SCALE = 10.0
"""An "AUC of 85.3" is in percent."""
_IS = r"\s*(?:=|:|≈|\b(?:is|was|of|at|equals|reaches|reached|stands at)\b)?\s*(?:about\s|only\s)?$"
_BOUNDED = regex(
    r"(?<![\w-])(?P<name>AU(?:RO|PR)?C|R²|R\^2|F1(?:[- ]scores?)?|[Cc]os(?:ines?)?(?:[- ]similarit(?:y|ies))?|"
    r"ICC|κ|[Kk]appa|IoU|Jaccard(?: index)?|Dice(?: coefficient| score)?|[Pp]robability|[Aa]ccuracy)"
    r"(?:\s+(?:with|to|between|of)\s+(?:the\s+)?[\w-]+)?" + _IS
)
_UNBOUNDED = regex(
    r"\b(?:[Cc]osine|[Jj]accard) distance|\b(?:changes?|difference|ratio|fold|gains?|rise|rose|rises|times|log|loss|"
    r"negative|drops?|fell|falls?|factor|partial|adds?)\b|[ΔδΣ]|\bper\b|\bsum\b"
)
"""Beside the name of such a quantity: a difference, a ratio, a logarithm."""


def _is_share(sentence: Sentence, number: Number) -> bool:
    """True for a rate with its own n or its own trials right behind it, or called a rate, where no change is told."""
    if number.signed or number.bound:
        return False
    before = sentence.between(max(sentence.start, number.start - 80), number.start)
    after = sentence.between(number.end, min(sentence.end, number.end + 40))
    if _CHANGE.search(before) or _COMPARED.match(after):
        return False
    if _TRIALS.match(after):
        return True
    if _OF_TRIALS.match(after) and not _OF_ANOTHER.search(sentence.text):
        return True
    return _RATE_IS.search(before) is not None and not _OTHER_RATE.search(before)


_ALL_OF = (
    r"(?:all\s+)?(?:the\s+|her\s+|his\s+|its\s+|their\s+)?(?:[a-z]+\s+)?"
    rf"(?:{TRIALS}|prompts|questions|personas|cases)\b"
)
_OF_TRIALS = regex(rf"\s*(?:of|in)\s+{_ALL_OF}(?!['’])")
_OF_ANOTHER = regex(
    r"\b(?:than|compared|baseline|budget|cost|need\w*|us(?:e|es|ed|ing)|sampl(?:e|es|ed|ing) with|as many|as much|"
    r"first|previous|earlier|original\w*|planned|again)\b",
    re.IGNORECASE,
)
"""Where more than all of something may be: as many trials as elsewhere, and some."""
_RATE_IS = regex(
    r"\b(?:rates?|shares?|fractions?|proportions?|percentages?|accuracy)"
    r"(?:\s+(?:of|for|in|under|with|at)\s+(?:the\s+|an?\s+)?[\w'’-]+){0,2}\s*"
    r"(?:=|:|\b(?:is|was|of|at|reaches|reached|stands at)\b)\s*"
    r"(?:about\s|only\s|now\s|then\s)*$",
    re.IGNORECASE,
)
_OTHER_RATE = regex(
    r"\b(?:growth|inflation|interest|exchange|error|heart|birth|tax|return|learning|relative|ratio|change|increase|"
    r"participation|occupancy|utili[sz]ation|recovery|fill|replacement|up|rise|pay|speed|sampling|rate of)\b",
    re.IGNORECASE,
)
"""Rates that may be above all."""
_COMPARED = regex(
    r"\s*(?:of|that of|as (?:high|large|much|many|often)|higher|larger|more|greater|above|below|over|relative|compared|"
    rf"up)\b(?!\s+{_ALL_OF})"
)


def _counts_more_than_all(sentence: Sentence, k: Number, n: Number) -> bool:
    """True for "14 of 12 personas"."""
    if not (k.role == n.role == "count" and k.value > n.value > 1 and not k.signed and not n.bound):
        return False
    return (
        _OF.fullmatch(sentence.between(k.end, n.start)) is not None
        and _COMPOUND.match(sentence.between(n.end, n.end + 2)) is None
    )
