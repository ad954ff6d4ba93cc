"""A figure of the analysis and the paragraph that says what it plots."""

from __future__ import annotations

from urllib.parse import quote

from leakstats.analysis.document import AnalysisDocument
from leakstats.errors import LeakstatsError

from .escape import safe
from .registry import phrase

__all__: list[str] = []


@phrase(block=True)
def figure(doc: AnalysisDocument, id: str, *, base: str = "") -> str:
    """The figure as an image; ``base`` stands before its path (a pinned address, or a folder for drafts)."""
    found = doc.figure(id)
    if "png" not in found.files:
        raise LeakstatsError(f"figure {id!r} was not drawn; run leakstats analyze again without --no-figures")
    return f"![{safe(found.alt)}]({base}{quote(found.files['png']['path'])})"


@phrase(block=True)
def caption(doc: AnalysisDocument, id: str) -> str:
    """What the figure plots, with N."""
    return safe(doc.figure(id).caption)
