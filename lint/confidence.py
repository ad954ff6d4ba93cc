"""Where a page states its confidence: the title's marker and the labelled line."""

from __future__ import annotations

from collections.abc import Iterator

from leakstats.records import struct
from leakstats.template import Template, fold

from .document import Paragraph, Title
from .inline import Text
from .page import Page
from .source import Place

__all__ = ["Stated", "confidence_lines", "stated_levels", "title_marker"]


@struct
class Stated:
    """One statement of a confidence level."""

    level: str
    """As written; the template may not have it."""
    reason_words: int
    at: int
    end: int

    def place(self, page: Page) -> Place:
        """The place of the level."""
        return page.document.source.place(self.at, max(self.end, self.at + 1))


def title_marker(title: Title, template: Template) -> Stated | None:
    """The marker that ends a title; ``None`` where it does not end in one.

    Where the title stands in front matter the place is the whole value, since YAML may fold and escape it.
    """
    before, _, after = template.title.marker.partition("{level}")
    text = title.text.rstrip(" .")
    opening = text.rfind(before)
    if opening < 0 or not fold(text).endswith(fold(after)) or not fold(text[opening:]).endswith(fold(after)):
        return None
    level = text[opening + len(before) : len(text) - len(after)].strip()
    if title.written is None:
        return Stated(level, 0, title.at, title.end)
    at = title.written.text.rfind(level) if level else opening
    return Stated(level, 0, title.written.source(at), title.written.source_end(at + max(len(level), 1)))


def confidence_lines(page: Page) -> list[Stated]:
    """The lines that state the confidence, in the section where the template has them."""
    if "confidence lines" not in page.memory:
        page.memory["confidence lines"] = list(_confidence_lines(page))
    lines: list[Stated] = page.memory["confidence lines"]
    return lines


def stated_levels(page: Page) -> list[Stated]:
    """Every level that the page states: in its titles and in these lines."""
    markers = (title_marker(title, page.template) for title in page.titles)
    return [*(m for m in markers if m is not None), *confidence_lines(page)]


def _confidence_lines(page: Page) -> Iterator[Stated]:
    found = page.outline.get(page.template.confidence.section)
    for block in page.outline.blocks(found) if found is not None else ():
        if isinstance(block, Paragraph):
            stated = _read(block.text, page.template)
            if stated is not None:
                yield stated


def _read(text: Text, template: Template) -> Stated | None:
    """``**Confidence: LEVEL** — reason``, the bold ending before or behind the level."""
    label = template.confidence.label
    lead = text.lead("strong")
    visible = text.text
    begin = len(visible) - len(visible.lstrip())
    if not lead or fold(visible[begin : begin + len(label)]) != fold(label):
        return None
    at = begin + len(label)
    if not visible[at:].lstrip().startswith(":"):
        return None
    at = visible.index(":", at) + 1
    at += len(visible[at:]) - len(visible[at:].lstrip())
    bold_end = next((end for start, end in text.marked("strong") if start <= begin < end), at)
    end = bold_end if bold_end > at else _first_separator(visible, at, template)
    level = visible[at:end].strip(" .:")
    # The bold may reach over the reason too.
    cut = _first_separator(level, 0, template)
    level = level[:cut].strip(" .,;")
    reason = visible[at + len(level) :]
    words = sum(any(c.isalnum() for c in word) for word in reason.split())
    return Stated(level, words, text.source(at), text.source_end(at + max(len(level), 1)))


def _first_separator(visible: str, at: int, template: Template) -> int:
    hits = [visible.find(mark, at) for mark in (*template.separators, ",", ";", ".")]
    return min((hit for hit in hits if hit >= 0), default=len(visible))
