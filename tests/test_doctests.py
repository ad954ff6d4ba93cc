"""Every example in a docstring runs."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"leakstats": "leakstats", "lint": "leakstats.lint", "reporting": "leakstats.reporting"}


NEED_MODELS = {"leakstats.experiment.extract.transformers"}
"""Modules whose examples need torch; ``make test-models`` runs them."""


def _modules():
    found = []
    for folder, package in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            if ">>> " in path.read_text("utf-8"):
                parts = path.relative_to(ROOT / folder).with_suffix("").parts
                name = ".".join([package, *(p for p in parts if p != "__init__")])
                found.append(pytest.param(name, marks=[pytest.mark.models] if name in NEED_MODELS else []))
    return found


@pytest.mark.parametrize("name", _modules())
def test_examples_run(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.attempted > 0
    assert result.failed == 0
