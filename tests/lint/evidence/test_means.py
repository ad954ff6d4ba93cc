"""Runs of means: one that is the mean of no column is found, and what is no mean is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leakstats.lint.engine import Options, lint_text

BARE = {"heron": 84, "gull": 121, "tern": 61, "stork": 143, "crane": 102}
FED = {"heron": 31, "gull": 77, "tern": 40, "stork": 118, "crane": 64}
CALLED = {"heron": 12, "gull": 22, "tern": 9, "stork": 51, "crane": 27}
ARMS = {"bare": BARE, "fed": FED, "called": CALLED}
MEANS = [sum(arm.values()) / 5 / 1.8 for arm in ARMS.values()]  # 56.8, 36.7, 13.4
ROWS = "".join(f"| {u} | {BARE[u] / 1.8:.1f}% | {FED[u] / 1.8:.1f}% | {CALLED[u] / 1.8:.1f}% |\n" for u in BARE)
PAGE = f"# Calls are heard (LOW confidence)\n\n| Bird | Bare | Fed | Called |\n|---|---|---|---|\n{ROWS}\n"


def found(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "results.json"
    path.write_text(json.dumps({u: {a: {"hits": k[u], "of": 180} for a, k in ARMS.items()} for u in BARE}))
    report = lint_text(f"{PAGE}{text}\n", Options(results=(path,)))
    return [f.message.partition(" is no ")[0] for f in report.findings if f.code == "CR312"]


@pytest.mark.parametrize(
    "text",
    [
        "Averaged over birds, the shares are {}, {} and {}.",
        "Means: {}, {}, {}.",
        "Overall, {} flee without a word, {} with food and {} with a call.",
    ],
)
@pytest.mark.parametrize("value", [34.2, 61.4, 0.37])
def test_the_odd_one_is_found(tmp_path: Path, text: str, value: float) -> None:
    right = [f"{m:.1f}%" for m in MEANS]
    assert found(tmp_path, text.format(*right)) == []
    assert found(tmp_path, text.format(right[0], f"{value}%", right[2])) == [f"{value}%"]


@pytest.mark.parametrize(
    "text",
    [
        "On average {}, {} and {} flee; the lowest of all is 5.0%.",
        "On average {}, {} and {} flee, against a target of 70.5%.",
        "On average {}, {} and {} flee (so {difference} is the price of the call).",
    ],
)
def test_what_is_no_mean_is_left_alone(tmp_path: Path, text: str) -> None:
    right = [f"{m:.1f}%" for m in MEANS]
    assert found(tmp_path, text.format(*right, difference=f"{MEANS[0] - MEANS[2]:.1f}%")) == []
