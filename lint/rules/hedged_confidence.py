"""CR128: prose says how sure the authors are, in words that are not the template's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..confidence import confidence_lines, stated_levels
from ..finding import Finding
from ..page import Page
from ..regex import regex
from ..rule import Rule

__all__ = ["HedgedConfidence"]

_DEGREE = (
    r"fairly|very|quite|rather|pretty|reasonably|highly|moderately|somewhat|relatively|increasingly|cautiously|entirely|"
    r"absolutely|completely|extremely|mostly|largely|more|less"
)
_BEHIND = regex(
    # "our confidence in the slope is MEDIUM", "Confidence is fair"
    r"(?:\b(?:our|my|overall)\s+|(?:^|[.;:]\s+)(?=c))confidence\s+(?:(?:in|that)\s+(?:[\w-]+\s+){1,8}?)?"
    r"(?:is|remains|stays|was set to|:|=)\s+(?:only\s+|still\s+|at best\s+)?([a-z]+)\b",
    re.IGNORECASE,
)
_IN_FRONT = regex(
    r"\b(?:with|at|have|has|of)\s+(?:an?\s+|only\s+)?([a-z]+)[\s-]confidence\b(?!\s+(?:interval|level|band|limit|bound|score))",
    re.IGNORECASE,
)
_SURE = regex(
    rf"\b(?:we|I)(?:\s+(?:are|am|remain|feel)|['’](?:re|m))(?:\s+still)?\s+(?:(?:{_DEGREE})\s+)?(?:confident|certain)\b",
    re.IGNORECASE,
)
_ADVERBS = frozenset(_DEGREE.split("|"))
_NO_LEVELS = frozenset(("certain", "very", "somewhat"))
"""Words that in front of "confidence" need not speak of its level: "a certain confidence"."""


class HedgedConfidence(Rule):
    """Prose says how sure the authors are in words that are none of the template's levels, or names another level.

    ## Why is this bad?

    The level is stated once, in words that are compared across results. "Fairly confident" beside it moves it to where
    every reader likes.

    ## Fails

    ````markdown
    # Leakage falls with distance (LOW confidence)
    ## TL;DR
    ### Results
    Our confidence is MEDIUM, since one seed was trained.

    **Confidence: LOW** — one seed and seven personas only.
    ````

    ## Passes

    ````markdown
    # Leakage falls with distance (LOW confidence)
    ## TL;DR
    ### Results
    Our confidence is LOW, since one seed was trained. The 95% confidence interval is wide.

    **Confidence: LOW** — one seed and seven personas only.
    ````
    """

    code = "CR128"
    name = "hedged-confidence"
    subject = "text"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        lines = {stated.at for stated in confidence_lines(page)}
        for text, scope in page.document.texts():
            if scope not in ("prose", "caption") or ("onfiden" not in text.text and "ertain" not in text.text):
                continue
            if any(text.at <= at < text.end for at in lines):
                continue
            for start, end, problem in self._said(page, text.without("code")):
                place = page.document.place(text, start, end)
                levels = ", ".join(page.template.confidence.levels)
                yield self.finding(page, place, problem, f"state it once, as one of {levels}, with the reason")

    def _said(self, page: Page, visible: str) -> Iterator[tuple[int, int, str]]:
        """Where a text says how sure its authors are, and what is wrong with the words."""
        others = {word.casefold() for word in page.template.phrases.other_levels}
        for hit in _BEHIND.finditer(visible):
            problem = self._problem(page, hit[1], others | _ADVERBS)
            if problem:
                yield hit.start(1), hit.end(1), problem
        for hit in _IN_FRONT.finditer(visible):
            problem = self._problem(page, hit[1], others - _NO_LEVELS)
            if problem:
                yield hit.start(1), hit.end(1), problem
        for hit in _SURE.finditer(visible):
            yield *hit.span(), f"'{hit[0]}' is no level of confidence"

    @staticmethod
    def _problem(page: Page, word: str, others: set[str]) -> str:
        """What is wrong with a word where a level may stand; "" for a level that the page states and any other word."""
        if word.casefold() in others:
            return f"'{word}' is no level of confidence"
        stated = {level.level.casefold() for level in stated_levels(page)}
        known = {level.casefold() for level in page.template.confidence.levels}
        if stated and word.casefold() in known - stated:
            return f"prose says '{word}' of the confidence, which the page states as {'/'.join(sorted(stated)).upper()}"
        return ""
