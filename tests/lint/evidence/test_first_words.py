"""Before an expression is searched for, a look at a text's words tells that most hold no match: here are all words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest

from leakstats.lint.evidence import claims, lexicon
from leakstats.lint.evidence.superlatives import superlatives

parser: Any = re._parser  # type: ignore[attr-defined]
ANY = "*"
"""Behind letters after which a match may have any others."""


def beginnings(parts: Iterable[tuple[Any, Any]], begun: frozenset[str] = frozenset([""])) -> frozenset[str]:
    """The words with which matches of an expression begin, each closed by a blank or open (``ANY``)."""
    for part in parts:
        done = frozenset(x for x in begun if x[-1:] in (" ", ANY))
        begun = done | frozenset(y for x in begun - done for y in _behind(x, *part))
    return begun


def _behind(text: str, kind: Any, value: Any) -> frozenset[str]:
    match str(kind):
        case "LITERAL":
            return frozenset([text + (chr(value).lower() if chr(value).isalpha() else " ")])
        case "AT":
            return frozenset([text + " " if text else text])
        case "ASSERT" | "ASSERT_NOT":
            return frozenset([text])
        case "BRANCH":
            return frozenset().union(*(beginnings(branch, frozenset([text])) for branch in value[1]))
        case "SUBPATTERN":
            return beginnings(value[3], frozenset([text]))
        case "MAX_REPEAT" | "MIN_REPEAT":
            return beginnings(value[2], frozenset([text])) | frozenset([text] if value[0] == 0 else [])
        case "IN":
            if all(str(kind) == "LITERAL" for kind, _ in value):
                return frozenset().union(*(_behind(text, *member) for member in value))
            blank = [str(x) for _, x in value] == ["CATEGORY_SPACE"]
            return frozenset([text + (" " if blank else ANY)])
    return frozenset([text + ANY])


def words_of(pattern: re.Pattern[str]) -> frozenset[str]:
    found = beginnings(parser.parse(pattern.pattern, pattern.flags))
    return frozenset(x for x in found if x.strip(" *"))


def test_beginnings_of_words() -> None:
    found = words_of(re.compile(r"\b(?:(?<!to )aim(?:ed)?|plan\w*|[Uu]p to)\b|#\d"))
    assert found == {"aim ", "aimed ", "plan ", "plan*", "up "}


@pytest.mark.parametrize(
    ("pattern", "starts"),
    [(lexicon.MOOT, lexicon._MOOT_STARTS), (claims.PRIOR, claims._PRIOR_STARTS)],
    ids=["moot", "prior"],
)
def test_every_match_begins_like_one_of_the_words_that_are_looked_for(
    pattern: re.Pattern[str], starts: frozenset[str]
) -> None:
    behind = {
        "e": "g",
        "for": "example",
        "in": "theory",
        "et": "al",
        "pre": "pre",
    }  # where the first word is a common one
    for word in words_of(pattern):
        letters = word.strip(" *")
        letters = behind.get(letters, letters) if letters[:4] not in starts else letters
        assert len(letters) > 3 or word.endswith(" "), f"{word!r} may go on in any way"
        assert letters[:4] in starts


@pytest.mark.parametrize(
    ("pattern", "words"),
    [(lexicon._DIRECTION, lexicon._DIRECTIONS), (lexicon._STRENGTH, lexicon._STRENGTHS)],
    ids=["direction", "strength"],
)
def test_every_match_begins_with_one_of_the_words_that_are_looked_for(
    pattern: re.Pattern[str], words: frozenset[str]
) -> None:
    found = words_of(pattern)
    assert not [x for x in found if x.endswith(ANY)]
    assert {x.strip() for x in found} - {"goe"} <= words


@pytest.mark.parametrize(
    "text",
    [
        *("the dam peaks at dusk", "the dam topped out", "it maxes out", "the flood crests", "the flow culminated"),
        *("it reaches its maximum", "it hit their lowest point", "the flow bottoms out", "it comes second, behind it"),
        *("third comes the weir", "it took second place", "nobody drains more than the weir"),
        *("no pond has less than it", "it leads the list", "it came out on top", "it leads.", "it is on top."),
        *("the weir is at the top,", "it is higher than any other", "it ranked last", "it brings up the rear"),
        *("it sits at the bottom of the table", "it is lower than all others", "most common in the north"),
        *("rarest at dusk", "the driest weir", "the top weir"),
    ],
)
def test_no_superlative_is_passed_over(text: str) -> None:
    assert superlatives(text)
