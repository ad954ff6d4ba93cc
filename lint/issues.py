"""Issues that a page names: where, and which of them it explains."""

from __future__ import annotations

from collections.abc import Iterator

from leakstats.records import struct

from .document import Paragraph
from .inline import Text, empty_text
from .page import Page
from .regex import regex

__all__ = ["Reference", "explained", "references"]

_REFERENCE = regex(r"#(?<![\w&/#.-]#)(\d{1,7})\b(?![\w-])")


@struct
class Reference:
    """One ``#N`` in visible text."""

    number: str
    text: Text
    start: int
    end: int
    linked: bool
    """It is, or stands in, a link."""


def references(text: Text) -> Iterator[Reference]:
    """Every ``#N`` of a text, code aside; ``owner/repo#N`` names its repository and is none.

    >>> from leakstats.lint.parsing import parse_document
    >>> text, _ = parse_document("Since #12, `#13` and lab/repo#14.").texts()[0]
    >>> [r.number for r in references(text)]
    ['12']
    """
    for match in _REFERENCE.finditer(text.without("code")):
        linked = any(link.start <= match.start() and match.end() <= link.end for link in text.links)
        yield Reference(match[1], text, match.start(), match.end(), linked)


def explained(page: Page) -> frozenset[str] | None:
    """Numbers that the template's list of issues names together with words, and those that are links.

    ``None`` where the page lacks the list or it names no issue, which are findings of their own.
    """
    out: set[str] = set()
    named = False
    for spec in page.template.sections:
        if spec.bullets is None or not spec.bullets.issue:
            continue
        for found in page.outline.all(spec.id):
            for block in page.outline.blocks(found):
                text = block.text if isinstance(block, Paragraph) else empty_text(0)
                numbers = [r.number for r in references(text)]
                named |= bool(numbers)
                if text.words > 2 * len(numbers):  # more than numbers and joining words
                    out.update(numbers)
    for text, _ in page.document.texts():
        if text.links:
            out.update(r.number for r in references(text) if r.linked)
    return frozenset(out) if named else None
