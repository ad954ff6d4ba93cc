"""A way that one thing alone is said to go, given to another right behind: "Only Ghent fell. In Lyon it fell"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..regex import regex
from .directed import clash_of
from .knowledge import Clash
from .lexicon import DirectionWord, direction_words
from .passages import Sentence

__all__ = ["only_one_clashes"]

_ONLY = regex(
    r"\b(?:is|was|remains?|remained)\s+the\s+(?:only|sole)\s+[a-z]+\s+(?:(?:in|for|at|with|on|under)\s+which|where|that|which|"
    r"whose)\b(?P<said>[^.;:,()]{3,80})",
    re.IGNORECASE,
)
_IN_ANOTHER = regex(
    r"\W*(?:in|for|at|with|under)\s+[^.;:,()\d]{2,40}?\s*,?\s+(?:(?:(?:by|in)\s+(?:way\s+of\s+)?contrast|however|"
    r"on\s+the\s+other\s+hand|conversely)\s*,\s+)?(?:it|they|that|this)\s+",
    re.IGNORECASE,
)
_CONTRAST = regex(r"\bby\s+(?:way\s+of\s+)?contrast\b", re.IGNORECASE)
_PARTLY = regex(
    r"\b(?:not|never|no|less|more|too|also|first|then|later|until|before|after|between|half|again|hardly|barely|by)\b",
    re.IGNORECASE,
)


def only_one_clashes(sentence: Sentence, words: list[DirectionWord]) -> Iterator[Clash]:
    """The direction of a thing that the sentence before gives to one other alone."""
    before = sentence.previous
    if not words or before is None or not ("the only " in before.text or "the sole " in before.text):
        return
    only, opened = _ONLY.search(before.text), _IN_ANOTHER.match(sentence.text)
    if only is None or opened is None or opened.end() != words[0].start:
        return
    signs = {w.sign for w in direction_words(only["said"]) if not w.polar}
    named, others = ({m.name for m in s.names if not m.name.startswith("#")} for s in (before, sentence))
    if signs != {words[0].sign} or words[0].polar or not named or not others or named & others:
        return
    lead = _CONTRAST.sub(" ", sentence.text[: words[0].start])
    if _PARTLY.search(only["said"]) is None and _PARTLY.search(lead) is None:
        yield clash_of(sentence, words[0], f"'{words[0].text}' of another than the only one that is said to")
