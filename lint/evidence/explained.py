"""Numbers that can be worked out, as a mean, a share or a change, or that are of a kind that cannot be judged."""

from __future__ import annotations

import re

from ..regex import regex
from .claims import claim_is_known, derived_rates, prints_rate
from .grammar import Number
from .idioms import SHARE_OF
from .knowledge import Evidence
from .passages import Sentence
from .shares import OF_START, PART_OF, is_ratio_of, is_share

__all__ = ["is_explained"]


def is_explained(evidence: Evidence, sentence: Sentence, number: Number, named: bool) -> bool:
    """True if the number is a mean, a share or a change that can be worked out, or of a kind that cannot be judged."""
    after = sentence.between(number.end, number.end + 70)
    before = sentence.between(max(sentence.start, number.start - 60), number.start)
    if number.value in (0.05, 0.01, 0.001, 0.1) and number.role == "value" and _LEVEL.search(sentence.text):
        return True
    if regex(r"\b(?:level|bar|limit|cut|line)\s+(?:of\s+|at\s+)?$", re.IGNORECASE).search(before):
        return True
    if number.role == "percent" or prints_rate(evidence, sentence, number):
        averaged = (
            regex(r"\b(?:mean|average\w*|median|typical\w*|overall|pooled|across)\b", re.IGNORECASE).search(
                sentence.text
            )
            is not None
        )
        if averaged and not named:
            return True  # a mean over a set that the words choose
        if (averaged or not named) and evidence.is_known(
            number, derived_rates(evidence), 0.01 if number.role == "percent" else 1.0
        ):
            return True
        if OF_START.search(after[:50]):
            return is_ratio_of(sentence, number)
        if PART_OF.match(after) and not SHARE_OF.search(sentence.text):
            return True  # a share of something else than of its answers
        if regex(r"\b(?:within|margin of|give or take|accurate to|half-width(?: of)?)\s*$", re.IGNORECASE).search(
            before
        ):
            return True
        if SHARE_OF.search(sentence.text):
            return is_share(evidence, sentence, number)
        if _THAN.match(after):
            return True
        if _RELATIVE.match(after.lstrip()) or regex(r"\bby (?:about |roughly |around )?$").search(before):
            return not claim_is_known(evidence, number)  # a relative change; differences have a rule of their own
        return False
    return bool(
        regex(
            r"\b(?:α|alpha|threshold|cutoff|cut-off|tolerance|temperature|VIF|Cook's D|dropout|weight decay|"
            r"learning rate|lr|top[_-]p)\b[^,;]{0,18}$",
            re.IGNORECASE,
        ).search(before)
    )


_LEVEL = regex(r"\b(?:significan\w*|tests?|Pearson\w*|Spearman\w*|level|threshold|Welch\w*|Fisher\w*)\b", re.IGNORECASE)


_RELATIVE = regex(
    r"\b(?:increas|decreas|reduc|grew|grow|drop|fell|fall|rise|rose|cut|shr[aiu]nk|relative|more|less|"
    r"fewer|larger|smaller|higher|lower)",
    re.IGNORECASE,
)


_THAN = regex(r"\s*%?\s*(?:more|less|fewer|larger|smaller|higher|lower|greater)\b[^.;,]*\bthan\b", re.IGNORECASE)
"""Behind a number that is a change, and none of the rates that it may be like."""
