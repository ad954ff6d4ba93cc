"""The figures of a section, each with its caption."""

from __future__ import annotations

from .document import Figure
from .inline import Text
from .outline import Found
from .page import Page

__all__ = ["captioned_figures"]


def captioned_figures(page: Page, found: Found) -> list[tuple[Figure, Text | None]]:
    """The figures of a section with the paragraph that speaks of each.

    The label of a list, or the confidence line, is no caption.
    """
    spec = found.spec
    labels = (*(spec.bullets.names if spec.bullets is not None else ()), page.template.confidence.label)
    out: list[tuple[Figure, Text | None]] = []
    for figure in page.document.figures:
        if found.first <= figure.block < found.last:
            caption = figure.caption
            if caption is not None and page.label_in(caption, labels):
                caption = None
            out.append((figure, caption))
    return out
