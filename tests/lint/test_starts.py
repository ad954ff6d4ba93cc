"""A look at the first character changes no match, of any expression of the linter."""

from __future__ import annotations

import random
import re
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]

import pytest

from leakstats.lint import kept
from leakstats.lint.starts import first_characters

CASES = Path(__file__).parent / "cases"


def _first(pattern: str, flags: int) -> list[tuple[object, object]]:
    return first_characters(_parser.parse(pattern, flags))


def _fast(pattern: str, flags: int) -> re.Pattern[str]:
    return kept._made(pattern, kept._entry(pattern, flags))


@pytest.fixture(scope="module")
def every(expressions: list[tuple[str, re.Pattern[str]]]) -> list[tuple[str, int]]:
    return sorted({(expression.pattern, int(expression.flags)) for _, expression in expressions})


@pytest.fixture(scope="module")
def faster(every: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(pattern, flags) for pattern, flags in every if _first(pattern, flags)]


@pytest.mark.parametrize(
    ("pattern", "flags", "starts"),
    [
        (r"\b(?:rose|fell)\b", 0, "[fr]"),
        (r"(?P<sign>[-+])?\d+", 0, r"[\d+\-]"),
        (r"#\d|\b(?:et al|prior)\b", re.IGNORECASE, r"[\#ep]"),
        (r"(?<=a)(?!b)(?:[x-z^\]]|\s*k)", 0, r"[\]\^\skx-z]"),
        (r"(?:a?b*){2}c", 0, "[abc]"),
        (r"\bé|ÉÉ", re.ASCII | re.IGNORECASE, "[Éé]"),
        (r"\b a | c  d", re.VERBOSE, "[ac]"),
    ],
)
def test_first_characters(pattern: str, flags: int, starts: str) -> None:
    written = f"(?={starts})(?:{pattern})"  # the code is that of an expression that says so
    assert kept._entry(pattern, flags) == kept._entry(written, flags, look=False)


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [
        ("", 0),
        ("[ab]c", 0),  # re looks by itself
        ("word", 0),
        (r"x?(?=y)", 0),  # may be empty
        (r"\ba*", 0),
        (r"\b\w+ed", 0),  # nearly any character
        (r"\b[^a]b", 0),
        (r"^.b", 0),
        (r"(a)?\1b", 0),
        (r"\b(?i:a)b", 0),  # flags of its own
    ],
)
def test_where_it_does_not_look(pattern: str, flags: int) -> None:
    assert _first(pattern, flags) == []
    assert _fast(pattern, flags) == re.compile(pattern, flags)


def _same(plain: re.Pattern[str], fast: re.Pattern[str], text: str) -> None:
    for method in ("search", "match", "fullmatch"):
        a, b = getattr(plain, method)(text), getattr(fast, method)(text)
        assert (a and (a.regs, a.lastgroup)) == (b and (b.regs, b.lastgroup)), (plain.pattern, method, text)
    assert [m.regs for m in plain.finditer(text)] == [m.regs for m in fast.finditer(text)], (plain.pattern, text)


def test_most_expressions_gain(every: list[tuple[str, int]], faster: list[tuple[str, int]]) -> None:
    assert len(faster) > len(every) / 2


def test_no_match_is_lost(faster: list[tuple[str, int]]) -> None:
    bullets = (
        line
        for page in sorted(CASES.rglob("*.md"))
        for line in page.read_text("utf-8").splitlines()
        if line[:2] in ("- ", "# ", "**")
    )
    text = "\n".join(sorted(set(bullets), key=lambda line: line[::-1])[::3])
    assert len(text) > 10_000, len(text)
    hits = 0
    for pattern, flags in faster:
        plain, fast = re.compile(pattern, flags), _fast(pattern, flags)
        assert (plain.groups, dict(plain.groupindex)) == (fast.groups, dict(fast.groupindex))
        hits += plain.search(text) is not None
        _same(plain, fast, text)
        _same(plain, fast, text[1234:1300].swapcase())
    assert hits > len(faster) / 4


def test_flags_within_a_pattern() -> None:
    for pattern in ("(?i)a|b", r"(?i:\ba)|b", "(?x)a # b", r"(?s)\b(?:a|b)."):
        for text in ("a", "A", " B", "ba\n"):
            _same(re.compile(pattern), _fast(pattern, 0), text)


def test_letters_that_are_one_without_their_case() -> None:
    for pattern in (r"\bs", r"\bk", r"\b[a-k]", r"\b(?:ſ|µ)", r"\bß|\bi", r"\bİ|\bά"):
        plain = re.compile(pattern, re.IGNORECASE)
        fast = _fast(pattern, re.IGNORECASE)
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
        looked += _first(pattern, 0) != []
        for _ in range(4):
            _same(re.compile(pattern), _fast(pattern, 0), "".join(draw.choices("abcd1 ", k=draw.randrange(7))))
    assert looked > 300
