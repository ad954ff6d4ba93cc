"""Alternatives that begin with one character stand together, and none passes another that could match in its place."""

from __future__ import annotations

import re
from re import _compiler, _parser  # type: ignore[attr-defined]

import pytest

from leakstats.lint.alternatives import grouped


def _code(pattern: str, flags: int = 0) -> list[int]:
    parsed = _parser.parse(pattern, flags)
    code: list[int] = []
    _compiler._compile(code, grouped(parsed, flags | parsed.state.flags).data, flags | parsed.state.flags)
    return code


def _plain(pattern: str, flags: int = 0) -> list[int]:
    parsed, code = _parser.parse(pattern, flags), []
    _compiler._compile(code, parsed.data, flags | parsed.state.flags)
    return code


@pytest.mark.parametrize(
    ("written", "together"),
    [
        ("(?:rose|fell|rises|falls)", "(?:r(?:ose|ises)|f(?:ell|alls))"),
        ("(?:rose|roses)", "(?:rose|roses)"),  # the parser does so itself
        ("(?:abb|[cd]x|ayc)", "(?:a(?:bb|yc)|[cd]x)"),
        ("(?:[ab]x|ay|cz|[ab]z)", "(?:[ab]x|ay|cz|[ab]z)"),
        (r"(?:ab|\wx|ay)", r"(?:ab|\wx|ay)"),  # what "\w" matches may be an "a"
        ("(?:ab||ay)", "(?:ab||ay)"),
        ("((?:b(?:abb|cd|axc))+|c)", "((?:b(?:a(?:bb|xc)|cd))+|c)"),
    ],
)
def test_alternatives_of_one_first_character(written: str, together: str) -> None:
    assert _code(written) == _plain(together)


def test_their_first_character_in_either_case() -> None:
    written, together = "(?:a-b|cd|A=x)", "(?:(?-i:[Aa])(?:-b|=x)|(?-i:[Cc])d)"
    assert _code(written, re.IGNORECASE) == _plain(together, re.IGNORECASE)
