"""The fastest code of an expression changes no match, of any expression of the linter."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from leakstats.lint import kept

CASES = Path(__file__).parent / "cases"


def _fast(pattern: str, flags: int) -> re.Pattern[str]:
    return kept._made(pattern, kept._entry(pattern, flags))


@pytest.fixture(scope="module")
def every(expressions: list[tuple[str, re.Pattern[str]]]) -> list[tuple[str, int]]:
    return sorted({(expression.pattern, int(expression.flags)) for _, expression in expressions})


def _same(plain: re.Pattern[str], fast: re.Pattern[str], text: str) -> None:
    for method in ("search", "match", "fullmatch"):
        a, b = getattr(plain, method)(text), getattr(fast, method)(text)
        assert (a and (a.regs, a.lastgroup)) == (b and (b.regs, b.lastgroup)), (plain.pattern, method, text)
    assert [m.regs for m in plain.finditer(text)] == [m.regs for m in fast.finditer(text)], (plain.pattern, text)


def test_most_expressions_gain(every: list[tuple[str, int]]) -> None:
    faster = sum(kept._entry(*one) != kept._entry(*one, fast=False) for one in every)
    assert faster > len(every) / 2


def test_no_match_is_lost(every: list[tuple[str, int]]) -> None:
    bullets = (
        line
        for page in sorted(CASES.rglob("*.md"))
        for line in page.read_text("utf-8").splitlines()
        if line[:2] in ("- ", "# ", "**")
    )
    text = "\n".join(sorted(set(bullets), key=lambda line: line[::-1])[::3])
    assert len(text) > 10_000, len(text)
    hits = 0
    for pattern, flags in every:
        plain, fast = re.compile(pattern, flags), _fast(pattern, flags)
        assert (plain.groups, dict(plain.groupindex)) == (fast.groups, dict(fast.groupindex))
        hits += plain.search(text) is not None
        _same(plain, fast, text)
        _same(plain, fast, text[1234:1300].swapcase())
    assert hits > len(every) / 4


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
        kinds = "litsw" if depth == 0 else "litswgbrc"
        match draw.choice(kinds):
            case "l":
                return draw.choice("abc")
            case "i":
                return draw.choice(["[ab]", "[b-d]", r"\d", "[^a]"])
            case "t":
                return draw.choice([r"\b", "^", "(?=a)", "(?!b)", "(?<=c)", "$"])
            case "s":
                return "."
            case "w":
                pieces = ["a", "b", "B", "k", "[aB]", "(b)"]
                words = ("".join(draw.choices(pieces, k=draw.randrange(4))) for _ in range(4))
                return f"(?:{'|'.join(words)})"
            case "g":
                return f"({some(depth - 1)}{some(depth - 1)})"
            case "b":
                return f"(?:{some(depth - 1)}|{some(depth - 1)}{some(depth - 1)})"
            case "r":
                return f"(?:{some(depth - 1)}){draw.choice(['?', '*?', '+', '{0,2}', '{2}'])}"
            case _:
                return some(depth - 1) + some(depth - 1)

    faster = 0
    for i in range(3000):
        pattern, flags = some(4), (0, re.IGNORECASE, re.IGNORECASE | re.ASCII)[i % 3]
        plain, fast = re.compile(pattern, flags), _fast(pattern, flags)
        faster += plain != fast
        for _ in range(4):
            _same(plain, fast, "".join(draw.choices("abBcdkK\u212a1 ", k=draw.randrange(7))))
    assert faster > 1000
