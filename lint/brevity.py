"""Sections that have fewer words than the template asks for."""

from __future__ import annotations

from collections.abc import Iterator

from .outline import Found
from .page import Page

__all__ = ["brief_sections"]


def brief_sections(page: Page) -> Iterator[tuple[Found, bool, str]]:
    """Each of them, whether it has fewer than a third of those words, and what is wrong with it."""
    for found in page.outline:
        if not found.spec.min_words:
            continue
        words = page.document.words(page.outline.blocks(found), enough=found.spec.min_words)
        if words < found.spec.min_words and not page.waived(found):
            message = (
                f"section '{found.spec.heading}' has {words} word{'s' * (words != 1)}; "
                f"the template asks for at least {found.spec.min_words}"
            )
            yield found, 3 * words < found.spec.min_words, message
