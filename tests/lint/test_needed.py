"""Words that every match holds: claimed of no pattern whose matches do without them."""

from __future__ import annotations

import importlib
import pkgutil
import random
import re
import re._constants as sre  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterator
from typing import Any

import pytest

import leakstats.lint
from leakstats.lint.needed import needed_words
from leakstats.lint.regex import regex


def _match(tree: Any, rng: random.Random, groups: dict[int, str]) -> str:
    """A text that the parsed pattern ``tree`` matches, what it looks for around the match aside."""
    out = ""
    for op, value in tree:
        if op is sre.LITERAL:
            out += chr(value)
        elif op is sre.IN:
            kind, one = rng.choice([v for v in value if v[0] is not sre.NEGATE])
            out += (
                "¤"
                if value[0][0] is sre.NEGATE or kind is sre.CATEGORY
                else chr(one if kind is sre.LITERAL else one[0])
            )
        elif op in (sre.ANY, sre.NOT_LITERAL):
            out += "¤"
        elif op is sre.BRANCH:
            out += _match(rng.choice(value[1]), rng, groups)
        elif op is sre.SUBPATTERN:
            groups[value[0]] = _match(value[3], rng, groups)
            out += groups[value[0]]
        elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            for _ in range(value[0] + (value[1] > value[0] and rng.random() < 0.3)):
                out += _match(value[2], rng, groups)
        elif op is sre.ATOMIC_GROUP:
            out += _match(value, rng, groups)
        elif op is sre.GROUPREF:
            out += groups[value]
        else:
            assert op in (sre.AT, sre.ASSERT, sre.ASSERT_NOT), op
    return out


def _expressions(value: object) -> Iterator[re.Pattern[str]]:
    if type(value) is type(regex("")):
        yield value  # type: ignore[misc]
    elif isinstance(value, dict):
        for pair in value.items():
            yield from _expressions(pair)
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from _expressions(one)


def _lacking(pattern: str, flags: int, rng: random.Random, times: int) -> str | None:
    """A match that lacks what is said to be needed."""
    needed = needed_words(pattern, flags)
    tree = parser.parse(pattern, flags) if needed else []
    for _ in range(times if needed else 0):
        text = _match(tree, rng, {})
        low = text.lower() if flags & re.IGNORECASE else text
        if not all(any(word in low for word in words) for words in needed):
            return text
    return None


def test_every_match_of_the_linters_expressions_holds_what_is_said_to_be_needed() -> None:
    rng, found = random.Random(1), 0
    for module in pkgutil.walk_packages(leakstats.lint.__path__, "leakstats.lint."):
        for name, value in vars(importlib.import_module(module.name)).items():
            for expression in _expressions(value):
                lacking = _lacking(expression.pattern, expression.flags, rng, 40)
                assert lacking is None, f"{module.name}.{name} matches {lacking!r}"
                found += bool(needed_words(expression.pattern, expression.flags))
    assert found > 200


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        ("gaps?", (("gap",),)),
        ("gap|spread", (("gap", "spread"),)),
        ("(?:gap|spread) of", ((" of",), ("gap", "spread"))),
        ("(?:gap|spread)? of", ((" of",),)),
        (r"(?P<what>gap)\s+(?:of|in) it", ((" it",), ("gap",))),
        ("(gap){2}", (("gap",),)),
        ("(gap){0,2}of", (("of",),)),
        ("gap{0}s", (("ga",), ("s",))),
        ("gap+s", (("gap",), ("s",))),
        (r"p\.p\.", (("p.p.",),)),
        (r"per[ -]cent|%", (("cent", "%"), ("per", "%"))),
        ("(?=gap)spread", (("spread",),)),
        ("(?<!not )gap(?! of)", (("gap",),)),
        (r"\d+ ?of", (("of",),)),
        ("[]a]gap", (("gap",),)),
    ],
)
def test_what_is_needed(pattern: str, needed: tuple[tuple[str, ...], ...]) -> None:
    assert needed_words(pattern) == needed
    assert _lacking(pattern, 0, random.Random(2), 200) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        r"\d+",
        "gap|",
        "(?:gap)?",
        r"gap|\d",
        "(?i)gap",
        "(?i:gap)",
        "(?#gap)",
        r"(gap)\1",
        "(?P<a>gap)(?P=a)",
        "(gap",
        "gap)",
        "gap]",
        r"\x41gap",
        "a|b|c",
        "gap{x}",
    ],
)
def test_nothing_is_claimed_of_what_is_not_understood_or_stands_nearly_anywhere(pattern: str) -> None:
    assert needed_words(pattern) == ()


def test_capitals_are_lowered_only_where_case_is_ignored() -> None:
    assert needed_words("Wilson|CI", re.IGNORECASE) == (("wilson", "ci"),)
    assert needed_words("Wilson|CI") == (("Wilson", "CI"),)
    assert needed_words("Wilson # a name", re.VERBOSE) == ()


@pytest.mark.parametrize("pattern", [r"\bgaps?\b|\bspread\b", "gaps?|spread", r"(?<!a )gap"])
@pytest.mark.parametrize("flags", [0, re.IGNORECASE])
@pytest.mark.parametrize("method", ["search", "match", "fullmatch", "finditer", "findall"])
def test_an_expression_that_looks_for_its_words_answers_like_its_compiled_self(
    pattern: str, flags: int, method: str
) -> None:
    late, made = regex(pattern, flags), re.compile(pattern, flags)
    for text in ("none", "gap", "", "a gap of two gaps", "GAP", "gap", "nothing"):  # before and after it is compiled
        for place in ((), (2,), (2, 4)):
            ours, theirs = getattr(late, method)(text, *place), getattr(made, method)(text, *place)
            if method == "finditer":
                ours, theirs = [m.span() for m in ours], [m.span() for m in theirs]
            if isinstance(theirs, re.Match):
                ours, theirs = ours.span(), theirs.span()
            assert ours == theirs


def test_a_text_without_its_words_compiles_no_expression() -> None:
    late = regex(r"\b(?:gaps?|spread)\b")
    assert late.search("none") is None
    assert list(late.finditer("none")) == []
    assert "_made" not in vars(late)
    assert late.search("the gap") is not None
    assert "_made" in vars(late)
