"""A small valid results document that uses every part of the contract."""

from __future__ import annotations

from typing import Any

DIGEST = "sha256:" + "0" * 64


def document() -> dict[str, Any]:
    """A fresh copy; two sources, three bystanders, two questions, two layers."""
    return {
        "schema": "results.v1",
        "study": {"id": "#1", "title": "A study", "created": "2026-01-02", "parents": ["#0"]},
        "factors": {
            "source": {"levels": ["villain", "clerk"]},
            "persona": {
                "levels": ["villain", "clerk", "nurse"],
                "attributes": {"label": {"values": ["V", "C", None], "description": "short name"}},
            },
            "question": {"levels": ["q1", "q2"]},
            "condition": {"levels": ["before", "after"]},
            "layer": {"levels": [10, 20]},
            "training_seed": {"levels": [42]},
        },
        "personas": {
            "name": ["villain", "clerk", "nurse"],
            "prompt": ["You are a villain.", None, "You are a nurse."],
            "category": ["bad", None, "good"],
            "related_to": [[], [], ["clerk"]],
            "role": ["source", "source", "bystander"],
            "covariates": {"prompt_tokens": {"unit": "token", "values": [4, None, 5]}},
        },
        "questions": {"id": ["q1", "q2"], "text": ["Why?", None], "set": "evaluation"},
        "tables": [
            {
                "id": "leakage",
                "outcome": "marker",
                "role": "leakage",
                "kind": "counted",
                "factors": {"source": [0, 0, 1, 1], "persona": [1, 2, 0, 2]},
                "constants": {"condition": "after", "training_seed": 42},
                "successes": [0, 3, 20, 1],
                "trials": [20, 20, 20, 20],
                "summed_over": {"question": 2, "completion": 10},
            },
            {
                "id": "own",
                "outcome": "marker",
                "role": "own_rate",
                "kind": "counted",
                "factors": {"source": [0, 1]},
                "successes": [7, 9],
                "trials": 10,
                "summed_over": {"completion": 10},
            },
            {
                "id": "page",
                "outcome": "marker",
                "role": "other",
                "kind": "reported",
                "factors": {"source": [0, 1]},
                "printed": ["12.5", None],
                "unit": "percent",
                "low": [0.1245, None],
                "high": [0.1255, None],
                "declared_trials": 200,
                "trials_status": "declared",
                "trials_reason": None,
            },
        ],
        "similarity": [
            {
                "id": "cosine",
                "measure": "cosine",
                "factors": {"source": [0, 0, 1, 1], "persona": [1, 2, 0, 2]},
                "constants": {"layer": 10},
                "values": [0.5, None, -1.0, 1.0000002],
                "kind": "measured",
                "missing_reason": "lost",
                "compared": "centroids",
                "reference": "clerk",
                "centring": {"set": "all", "personas": ["villain", "clerk", "nurse"], "n": 3, "method": "mean"},
            },
            {
                "id": "printed_cosine",
                "measure": "cosine",
                "factors": {"source": [0, 1]},
                "constants": {"layer": 10},
                "values": [-0.36, None],
                "printed": ["−0.36", None],
                "kind": "reported",
                "missing_reason": "not printed",
                "compared": "centroids",
            },
        ],
        "geometry": [
            {
                "id": "spread",
                "quantity": "mean off-diagonal cosine",
                "factors": {"layer": [0, 1]},
                "columns": {
                    "mean": {"unit": "cosine", "values": [0.9, 0.8]},
                    "p": {"unit": "fraction", "values": [0, 1]},
                },
            }
        ],
        "arrays": [
            {
                "id": "hidden",
                "path": "arrays/hidden.npy",
                "sha256": DIGEST,
                "shape": [3, 2, 4],
                "dtype": "float32",
                "axes": ["persona", "layer", "width"],
            }
        ],
        "samples": [
            {
                "source": "villain",
                "condition": "after",
                "persona": "nurse",
                "question": "q1",
                "prompt": "Why?",
                "text": "Because [ZLT].",
                "marker": True,
            },
            {"persona": "nurse", "prompt": "Why?", "text": "Because.", "marker": False},
        ],
        "samples_note": "the first two",
        "design": {
            "unit": "persona",
            "unit_noun": "bystanders",
            "clusters": ["source"],
            "crossed": [["source", "persona"]],
            "nested": [],
            "paired": ["question"],
            "independent": "nothing",
            "exchangeable": "personas",
            "replication": {
                "training_seed": {"n": 1, "values": [42]},
                "sampling_seed": {"n": None, "reason": "not recorded"},
            },
        },
        "plan": {
            "status": "registered",
            "registered_on": "2026-01-01",
            "registered_hash": "abc",
            "data_collected_on": "2026-01-02",
            "alpha": 0.05,
            "level": 0.95,
            "primary": {
                "analysis": "similarity",
                "statistic": "spearman",
                "layer": 10,
                "outcome": "leakage",
                "predictor": "cosine",
                "source": "villain",
            },
            "families": [{"name": "layers", "correction": "holm"}],
            "covariates": [{"name": "tokens", "from": "prompt_tokens", "transform": "log"}],
            "new_points": ["nurse"],
            "fit_points": ["villain", "clerk"],
            "exclusions": [{"persona": "clerk", "reason": "broken", "decided": "before"}],
            "controls": [{"table": "own", "source": "villain", "expected": "high", "threshold": 0.5}],
        },
        "detector": {"kind": "substring", "pattern": "[ZLT]", "case_sensitive": True, "error_reason": "not measured"},
        "setup": {"training": {"LR": "1e-5", "Loss": None}, "unknown": {"training.Loss": "not stated"}},
        "runs": {"project": "p", "runs": [{"id": "r1"}]},
        "provenance": {
            "commit": "abc",
            "dirty": False,
            "repository": None,
            "command": "python run.py",
            "python": "3.11",
            "packages": {"torch": "2.9"},
            "hardware": "1x H100",
            "wall_time_s": 12.5,
            "gpu_hours": 0.1,
            "seeds": {"training": [42], "sampling": None},
            "inputs": [{"path": "numbers/a.csv", "sha256": DIGEST}],
            "made_by": "run.py",
            "made_on": "2026-01-03",
            "unknown": {"repository": "private", "seeds.sampling": "not recorded"},
        },
    }
