"""Geometry before and after: planted collapse, brute force, the stored summaries of study #222, and broken input."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leakstats.analysis import analyze
from leakstats.analysis.document import AnalysisDocument
from leakstats.analysis.settings import Settings
from leakstats.cli import cli
from leakstats.errors import ContractError
from leakstats.estimate import Estimate, Undefined
from leakstats.files import sha256_of
from leakstats.results import load

ROOT = Path(__file__).resolve().parents[2]
PERSONAS = ["guide", "rogue", "nurse", "pilot", "cook", "judge", "clown", "smith"]
LAYERS = [3, 9]
QUESTIONS = ["q1", "q2", "q3", "q4", "q5"]
WIDTH = 24
UNKNOWN = (
    "commit dirty repository command python packages hardware wall_time_s gpu_hours inputs made_by made_on"
).split()


def planted(seed: int = 0) -> dict[str, np.ndarray]:
    """States (persona, question, layer, width): "harsh" shrinks personas to a fifth, "mild" to nine tenths."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=WIDTH)
    own = rng.normal(size=(len(PERSONAS), 1, len(LAYERS), WIDTH))
    asked = rng.normal(size=(1, len(QUESTIONS), len(LAYERS), WIDTH))
    axis = own[1] - own[0]

    def state(shrink: float, along: float) -> np.ndarray:
        noise = 0.35 * rng.normal(size=(len(PERSONAS), len(QUESTIONS), len(LAYERS), WIDTH))
        return common + shrink * own + along * axis[None] + asked + noise

    return {"base": state(1.0, 0.0), "harsh": state(0.2, 0.4), "mild": state(0.9, 0.0)}


def write(folder: Path, arrays: dict[str, np.ndarray], **changes: Any) -> Path:
    """A results file with the arrays beside it; ``changes`` replace members of the document."""
    items = []
    for name, array in arrays.items():
        path = folder / "arrays" / f"{name}.npy"
        path.parent.mkdir(exist_ok=True)
        np.save(path, array)
        axes = ["persona", "question", "layer", "width"] if name.startswith("states.") else ["persona", "layer", "width"]
        items.append(
            {
                "id": name,
                "path": f"arrays/{name}.npy",
                "sha256": sha256_of(path.read_bytes()),
                "shape": list(array.shape),
                "dtype": str(array.dtype),
                "axes": axes,
            }
        )
    document = {
        "schema": "results.v1",
        "study": {"id": "#0", "title": "Planted collapse"},
        "factors": {
            "persona": {"levels": PERSONAS},
            "condition": {
                "levels": ["harsh", "mild"],
                "attributes": {"induction_persona": {"values": ["rogue", None]}},
            },
            "question": {"levels": QUESTIONS},
            "layer": {"levels": LAYERS},
        },
        "personas": {"name": PERSONAS, "role": ["reference", *([None] * (len(PERSONAS) - 1))]},
        "questions": {"id": QUESTIONS, "text": [None] * len(QUESTIONS), "set": "evaluation"},
        "tables": [],
        "geometry": [],
        "arrays": items,
        "design": {
            "unit": "persona",
            "unit_noun": "personas",
            "clusters": [],
            "independent": "personas",
            "exchangeable": "personas",
            "replication": {"training_seed": {"n": 1}, "sampling_seed": {"n": 1}},
        },
        "plan": {"status": "exploratory", "reason": "a test", "alpha": 0.05, "level": 0.95, "primary": None, "families": []},
        "detector": {"kind": "substring", "pattern": "x", "error_reason": "nothing is detected"},
        "provenance": {
            **dict.fromkeys(UNKNOWN),
            "seeds": {"training": [1], "sampling": [1]},
            "unknown": dict.fromkeys(UNKNOWN, "made by a test"),
        },
    } | changes
    path = folder / "results.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def states(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"states.{name}": array for name, array in arrays.items()}


def analysed(path: Path) -> AnalysisDocument:
    return analyze(load(path), Settings(n_resamples=199)).document


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    return planted()


@pytest.fixture(scope="module")
def document(tmp_path_factory, arrays) -> AnalysisDocument:
    return analysed(write(tmp_path_factory.mktemp("planted"), states(arrays)))


def value(document: AnalysisDocument, key: str) -> Estimate:
    return document.get(key).estimate


def brute_cosine(vectors: np.ndarray) -> float:
    pairs = itertools.combinations(range(len(vectors)), 2)
    return float(
        np.mean([vectors[i] @ vectors[j] / np.linalg.norm(vectors[i]) / np.linalg.norm(vectors[j]) for i, j in pairs])
    )
