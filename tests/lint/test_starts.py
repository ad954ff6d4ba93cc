"""A look at the first character changes no match, of any expression of the linter."""

from __future__ import annotations

import importlib
import pkgutil
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import leakstats.lint
from leakstats.lint.regex import regex
from leakstats.lint.starts import looking_first

CASES = Path(__file__).parent / "cases"


def _expressions(value: object) -> Iterator[re.Pattern[str]]:
    if type(value) is type(regex("")):
        yield value  # type: ignore[misc]
    elif isinstance(value, dict):
        for pair in value.items():
            yield from _expressions(pair)
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from _expressions(one)


EVERY = sorted(
    {
        (expression.pattern, int(expression.flags))
        for module in pkgutil.walk_packages(leakstats.lint.__path__, "leakstats.lint.")
        for value in vars(importlib.import_module(module.name)).values()
        for expression in _expressions(value)
    }
)
FASTER = [(p, f) for p, f in EVERY if looking_first(p, f) != p]


@pytest.mark.parametrize(
    ("pattern", "flags", "starts"),
    [
        (r"\b(?:rose|fell)\b", 0, "[fr]"),
        (r"(?P<sign>[-+])?\d+", 0, r"[\+\-\d]"),
        (r"#\d|\b(?:et al|prior)\b", re.IGNORECASE, r"[\#ep]"),
        (r"(?<=a)(?!b)(?:[x-z^\]]|\s*k)", 0, r"[\]\^\skx-z]"),
        (r"(?:a?b*){2}c", 0, "[abc]"),
    ],
)
def test_first_characters(pattern: str, flags: int, starts: str) -> None:
    assert looking_first(pattern, flags) == f"(?={starts})(?:{pattern})"


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [
        ("", 0),
        ("abc|b", re.VERBOSE),
        ("[ab]c", 0),  # re looks by itself
        ("word", 0),
        (r"x?(?=y)", 0),  # may be empty
        (r"\ba*", 0),
        (r"\b\w+ed", 0),  # nearly any character
        (r"\b[^a]b", 0),
        (r"^.b", 0),
        (r"(a)?\1b", 0),
        (r"\b(?i:a)b", 0),  # flags of its own
        (r"(?i)\ba", 0),
        (r"\bé", re.ASCII),
    ],
)
def test_where_it_does_not_look(pattern: str, flags: int) -> None:
    assert looking_first(pattern, flags) == pattern


def _same(plain: re.Pattern[str], fast: re.Pattern[str], text: str) -> None:
    for method in ("search", "match", "fullmatch"):
        a, b = getattr(plain, method)(text), getattr(fast, method)(text)
        assert (a and (a.regs, a.lastgroup)) == (b and (b.regs, b.lastgroup)), (plain.pattern, method, text)
    assert [m.regs for m in plain.finditer(text)] == [m.regs for m in fast.finditer(text)], (plain.pattern, text)


def test_most_expressions_gain() -> None:
    assert len(FASTER) > len(EVERY) / 2


def test_no_match_is_lost() -> None:
    bullets = (
        line
        for page in sorted(CASES.rglob("*.md"))
        for line in page.read_text("utf-8").splitlines()
        if line[:2] in ("- ", "# ", "**")
    )
    text = "\n".join(sorted(set(bullets), key=lambda line: line[::-1])[::3])
    assert len(text) > 10_000, len(text)
    hits = 0
    for pattern, flags in FASTER:
        plain, fast = re.compile(pattern, flags), re.compile(looking_first(pattern, flags), flags)
        assert (plain.groups, dict(plain.groupindex)) == (fast.groups, dict(fast.groupindex))
        hits += plain.search(text) is not None
        _same(plain, fast, text)
        _same(plain, fast, text[1234:1300].swapcase())
    assert hits > len(FASTER) / 4


def test_letters_that_are_one_without_their_case() -> None:
    for pattern in (r"\bs", r"\bk", r"\b[a-k]", r"\b(?:ſ|µ)", r"\bß|\bi", r"\bİ|\bά"):
        plain = re.compile(pattern, re.IGNORECASE)
        fast = re.compile(looking_first(pattern, re.IGNORECASE), re.IGNORECASE)
        for text in map(chr, range(0x2200)):
            assert bool(plain.search(text)) == bool(fast.search(text)), (pattern, text)


def test_random_expressions() -> None:
    draw = random.Random(5)

    def some(depth: int) -> str:
        kinds = "lits" if depth == 0 else "litsgbrc"
        match draw.choice(kinds):
            case "l":
                return draw.choice("abc")
            case "i":
                return draw.choice(["[ab]", "[b-d]", r"\d", "[^a]"])
            case "t":
                return draw.choice([r"\b", "^", "(?=a)", "(?!b)", "(?<=c)", "$"])
            case "s":
                return "."
            case "g":
                return f"({some(depth - 1)}{some(depth - 1)})"
            case "b":
                return f"(?:{some(depth - 1)}|{some(depth - 1)}{some(depth - 1)})"
            case "r":
                return f"(?:{some(depth - 1)}){draw.choice(['?', '*?', '+', '{0,2}', '{2}'])}"
            case _:
                return some(depth - 1) + some(depth - 1)

    looked = 0
    for _ in range(3000):
        pattern = some(4)
        fast = looking_first(pattern, 0)
        looked += fast != pattern
        for _ in range(4):
            _same(re.compile(pattern), re.compile(fast), "".join(draw.choices("abcd1 ", k=draw.randrange(7))))
    assert looked > 300
