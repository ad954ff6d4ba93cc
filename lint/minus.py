"""The minus signs of a page: which character each is."""

from __future__ import annotations

from collections.abc import Iterator

from leakstats.records import struct

from .inline import Text
from .page import Page
from .regex import regex

__all__ = ["Minus", "minus_signs"]

# Before a number and behind nothing that could make it a hyphen or a dash of a range.
_SIGN = regex(r"[-−](?<![\w)\].,%°′'’-].)(?=\d|\.\d)")
_EXPONENT = regex(r"[-−](?<=\d[eE].)(?=\d)")


@struct
class Minus:
    """One minus sign in visible text."""

    text: Text
    at: int
    """Offset in the visible text."""
    typographic: bool
    """U+2212; otherwise the hyphen of the keyboard."""


def minus_signs(page: Page) -> Iterator[Minus]:
    """Minus signs of negative numbers in prose, captions, tables and titles; exponents and code aside.

    >>> from leakstats.template import load_template
    >>> from leakstats.lint.parsing import parse_document
    >>> t = load_template("v1")
    >>> p = Page(parse_document("r = −0.4, ρ = -0.5, 1e-5, 3-4, `-1`"), t, t.profiles["review"])
    >>> [(m.at, m.typographic) for m in minus_signs(p)]
    [(4, True), (14, False)]
    """
    for text, scope in page.document.texts():
        if scope not in ("prose", "caption", "table", "title", "heading"):
            continue
        if "-" not in text.text and "−" not in text.text:
            continue
        visible = text.without("code", "link")
        exponents = {m.start() for m in _EXPONENT.finditer(visible)}
        for match in _SIGN.finditer(visible):
            if match.start() not in exponents:
                yield Minus(text, match.start(), match[0] == "−")
