"""One module per question asked of the results, and the document that holds the answers.

``analyze(results)`` asks every question that the design supports; ``AnalysisDocument`` reads the answers back. The
names below are loaded when first used, so that reading an analysis imports nothing heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leakstats.analysis.document import AnalysisDocument
    from leakstats.analysis.questions import analyze
    from leakstats.analysis.settings import Settings

__all__ = ["AnalysisDocument", "Settings", "analyze"]

_HOME = {"AnalysisDocument": "document", "Settings": "settings", "analyze": "questions"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
