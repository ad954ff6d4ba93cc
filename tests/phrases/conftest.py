"""The small hand-made analysis that phrases are tried on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from leakstats.analysis.document import AnalysisDocument


@pytest.fixture
def raw(project_root: Path) -> dict[str, Any]:
    """analysis.json as data, to be changed at will."""
    found: dict[str, Any] = json.loads((project_root / "tests/data/small_analysis.json").read_text("utf-8"))
    return found


@pytest.fixture
def document(raw: dict[str, Any]) -> AnalysisDocument:
    """The same as a document."""
    return AnalysisDocument(raw)
