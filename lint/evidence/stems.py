"""The words and numbers of labels and sentences by their stems, each with its place."""

from __future__ import annotations

from functools import lru_cache

from ..regex import regex
from .names import stem
from .passages import Sentence, once

__all__ = ["BRACKETS", "stems_in_order", "stems_of", "tokens", "tokens_of"]

_TOKEN = regex(r"\d{1,3}(?:,\d{3})+|[^\W_]+")
BRACKETS = regex(r"\([^()]*\)|\[[^\[\]]*\]|`")
"""What belongs to no name in a label."""


def tokens(text: str) -> list[tuple[int, int, str]]:
    """The words and numbers of a text, each with its place and its stem."""
    return [(m.start(), m.end(), _stem(m[0])) for m in _TOKEN.finditer(text)]


@lru_cache(maxsize=20_000)
def stems_in_order(label: str) -> tuple[str, ...]:
    """The stems of the words of a label, without what stands in brackets."""
    return tuple(t for _, _, t in tokens(BRACKETS.sub(" ", label)))


@lru_cache(maxsize=20_000)
def stems_of(text: str) -> frozenset[str]:
    """The stems of the words of a text."""
    return frozenset(t for _, _, t in tokens(text) if not t.isdigit())


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    plain = word.replace(",", "").casefold()
    return stem(plain.removesuffix("s") if len(plain) > 3 else plain) if plain.isalpha() else plain


@once
def tokens_of(sentence: Sentence) -> tuple[list[tuple[int, int, str]], frozenset[str]]:
    """The words of a sentence, and their stems alone."""
    words = tokens(sentence.text)
    return words, frozenset(t for _, _, t in words)
