"""The characters with which a match can begin."""

from __future__ import annotations

import re
from re import _parser  # type: ignore[attr-defined]

import pytest

from leakstats.lint import kept
from leakstats.lint.starts import first_characters


def _first(pattern: str, flags: int) -> list[tuple[object, object]]:
    return first_characters(_parser.parse(pattern, flags))


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
    assert _first(pattern, flags) == sorted(_parser.parse(starts)[0][1])


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
    assert kept._entry(pattern, flags) == kept._entry(pattern, flags, fast=False)
