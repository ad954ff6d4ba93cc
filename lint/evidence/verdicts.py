"""Words that say whether a result is significant: "not significant", "clears the 5% level", "misses p < .05"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.records import struct

from ..regex import regex
from .lexicon import DENIAL
from .passages import Sentence

__all__ = ["Verdict", "verdicts"]


@struct
class Verdict:
    """A statement of significance; offsets are into the passage's text."""

    start: int
    end: int
    negative: bool
    """It says that the result is not significant."""


_WORD = regex(r"\b(?:in|non-?)?significan(?:t|ce|tly)\b", re.IGNORECASE)
_NOT = regex(
    r"(?:\b(?:not|no|non|never|without|fails?|failed|short|misses|missed|missing|lacks?|nor|neither|"
    r"nowhere near|far from|below|cannot|hardly)|n['’]t)"
    r"[\s-]+(?:(?:be|being|reach|reaching|attain|of|to|statistical|statistically|quite|itself|a|any|at|all|longer|"
    r"the|called|reaches|from|near|individually|yet|found|come|out|turn|prove|as|differ|vary|change|correlate|depend)"
    r"[\s-]+){0,4}$",
    re.IGNORECASE,
)
_NOT_BEHIND = regex(
    r"(?:\s+(?!(?:and|but|or|while|whereas)\b)[a-z]+){0,2}?\s+(?:(?:in|for|at|under|with|on|by|of|to)\s+"
    r"(?:neither|none|no|not\s+(?:one|a\s+single|any|even\s+one))|nowhere|neither)\b(?!\s+(?:fewer|less|more|doubt|but|other))",
    re.IGNORECASE,
)
"""Behind a verdict, of what it holds nowhere: "significant in neither field", "reaches the 5% level for none"."""
_DENIED = regex(rf"(?:{DENIAL})[^.,;:()]{{0,40}}$", re.IGNORECASE)
"""A denial farther before the word, which may be of something else: no verdict can be read there."""
_FIVE = r"(?:0?[.,]05|(?:5|five)(?:\s?%|[\s-]per[\s-]?cent))"
_LEVEL = (
    r"(?:(?:the|an?|any|our|its|this)\s+)?(?:(?:usual|conventional|customary|nominal|standard|ordinary|common|"
    r"traditional|statistical)\s+)*"
    rf"(?:(?:α|alpha)\s*(?:=|of|:)?\s*{_FIVE}|[pP]\s*(?:<|≤|=|of)\s*{_FIVE}"
    rf"|{_FIVE}[\s-]+(?:significance[\s-]+)?(?:level|bar|threshold|cut-?off|hurdle|criterion|significance|limit)"
    rf"|(?:significance[\s-]+)(?:level|bar|threshold|cut-?off|hurdle|criterion)(?:\s+of\s+{_FIVE})?)"
)
_DEGREE = r"(?:(?:well|just|far|safely|easily|narrowly|barely|still|clearly|comfortably|somewhat|slightly)\s+)?"
_ABOVE = r"(?:above|over|beyond|outside|on the wrong side of)"
_UNDER = r"(?:below|under|beneath|inside|on the right side of)"
_STANDS = (
    r"(?:is|was|are|were|be|stays?|stayed|remains?|remained|lies|lay|sits?|sat|falls?|fell|dips?|dipped|drops?|dropped|"
    r"comes?|came|ends?(?: up)?|ended(?: up)?|lands?|landed|goes|went|gets?|got)"
)
_SAID = regex(
    rf"\b(?:(?P<yes>(?:clear|pass|reach|attain|cross|surviv|beat|achiev|meet|make|satisf)(?:s|es|ed|ing|ies|ied|e|y)?"
    rf"|met|made|{_STANDS}\s+{_DEGREE}{_UNDER}|(?:holds?|held|stands?|stood)\s+up\s+(?:at|against|to)"
    rf"|significant\s+at)"
    rf"|(?P<no>miss(?:es|ed|ing)?|fails?(?:\s+at)?|failed(?:\s+at)?|failing(?:\s+at)?"
    rf"|(?:falls?|fell|falling|comes?|came|stops?|stopped)\s+(?:just\s+)?short\s+(?:of|at)"
    rf"|{_STANDS}\s+{_DEGREE}{_ABOVE}|exceed(?:s|ed|ing)?))\s+{_LEVEL}",
    re.IGNORECASE,
)
_TURNED = regex(
    r"(?:\b(?:not|never|nor|neither|cannot|hardly|without|fails?\s+to|failed\s+to|failing\s+to|unable\s+to|no\s+longer|"
    r"nowhere\s+near|far\s+from|doesn.t|didn.t)|n['’]t)\s+(?:(?:quite|even|yet|itself|be|being|ever|actually)\s+){0,2}$",
    re.IGNORECASE,
)
_OF_SEVERAL = regex(
    r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|all|none|most|every|each|half|some|many|"
    r"few|both|neither|nobody|nothing|no)\b[^.;:,]{0,40}$",
    re.IGNORECASE,
)
"""A subject of several results: "all but one of the 5 depths clear p < .05"."""


_NONE = regex(
    r"\b(?:nothing|none|nobody|no (?!longer\b|doubt\b|less\b|more\b)\w+|neither|hardly any(?:thing)?|"
    r"not (?:one|a single|any))\b"
    r"(?P<rest>(?:(?!,\s+(?:and|but|while|whereas|yet|al?though|the|this|that|its)\b)[^.;:])*)$",
    re.IGNORECASE,
)
"""A subject of which nothing is significant, "nothing at depth 20 is significant"."""
_BUT = regex(r"\b(?:but|except\w*|other|save|beyond|besides|apart|unless|more)\b", re.IGNORECASE)


_SUPPOSED = regex(
    r"\b(?:could|would|might|can|may)(?:n['’]t)?\s+(?:(?:not|never|ever|only|still|even|have|be|been|come|out|become|reach|"
    r"reached|as)\s+){1,5}(?:statistically\s+)?$",
    re.IGNORECASE,
)
"""In front of what is possible and no verdict, "nothing weaker could have been significant"."""


_OF_TWO = regex(
    r"[^.;:]{0,60}\b(?:the former|the latter|the first|the second)\b(?: (?:case|one|instance))?", re.IGNORECASE
)
"""Behind a verdict on one of two, which order alone tells apart."""


def verdicts(sentence: Sentence) -> Iterator[Verdict]:
    """What a sentence says about the significance of one result; a question says nothing, nor does a count.

    "Beats the 5% bar", "falls short of α = 0.05", "stays under p < .05" say the same as the word itself.
    """
    text = sentence.text
    taken: list[tuple[int, int]] = []
    for match in _SAID.finditer(text) if "5" in text or "five" in text or "significance" in text else ():
        taken.append(match.span())
        if _asks(text, match.end()) or _OF_SEVERAL.search(text[: match.start()]):
            continue
        turned = _TURNED.search(text[: match.start()]) or _NOT_BEHIND.match(text, match.end())
        negative = (match["no"] is not None) != (turned is not None)
        yield Verdict(sentence.start + match.start(), sentence.start + match.end(), negative)
    for match in _WORD.finditer(text):
        if any(a <= match.start() < b for a, b in taken) or _asks(text, match.end()):
            continue
        if _OF_TWO.match(text, match.end()):
            continue
        none = _NONE.search(text[: match.start()])
        if (none is not None and _BUT.search(none["rest"])) or _SUPPOSED.search(text[: match.start()]):
            continue
        negative = _NOT.search(text[: match.start()]) is not None or match[0].lower().startswith(("in", "non"))
        negative |= none is not None or _NOT_BEHIND.match(text, match.end()) is not None
        if not negative and _DENIED.search(text[: match.start()]):
            continue
        yield Verdict(sentence.start + match.start(), sentence.start + match.end(), negative)


def _asks(text: str, at: int) -> bool:
    """True if the clause goes on to a question mark."""
    return regex(r"[^.;:!]*\?").match(text[at:]) is not None
