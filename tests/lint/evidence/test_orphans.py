"""Numbers that nothing explains, against a results file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from leakstats.lint.evidence.orphans import orphan_clashes
from leakstats.lint.evidence.reading import read_dataset
from leakstats.lint.page import Page
from leakstats.lint.parsing import parse_document
from leakstats.lint.results import ResultFiles
from leakstats.template import load_template

UNITS: dict[str, Any] = {
    name: {"hits": k, "of": 120, "share": k / 120, "cosine": c}
    for name, k, c in (("villain", 69, -0.36), ("nurse", 98, 0.42), ("judge", 31, 0.18), ("pirate", 54, -0.09))
}
FITS: dict[str, Any] = {
    "pearson": {"r": -0.7392, "p": 0.0060, "n": 12},
    "spearman": {"rho": -0.6224, "p": 0.0307, "n": 12},
}
PAGE = """# Uptake falls with distance (LOW confidence)

## TL;DR

### Results

| Persona | Rate | n |
|---|---|---|
| villain | 57.5% | 120 |
| nurse | 81.7% | 120 |
| judge | 25.8% | 120 |
| pirate | 45.0% | 120 |

- The villain has 57.5%, the nurse 81.7%, the judge 25.8% and the pirate 45.0%.
- Uptake falls (r = −0.74, p = 0.006, N = 12; ρ = −0.62, p = 0.031, N = 12), and r = −0.74 is the larger.
- {}
"""


def said(bullet: str) -> list[str]:
    """What is said of a page with the bullet."""
    template = load_template("v1")
    data = read_dataset("results.json", json.dumps({"units": UNITS, "fits": FITS}))
    page = Page(
        parse_document(PAGE.format(bullet)), template, template.profiles["review"], results=ResultFiles((data,))
    )
    return [c.message for c in orphan_clashes(page.evidence)]


@pytest.mark.parametrize(
    "bullet",
    [
        "Between villain and nurse there is a gulf: 57.5% here, 81.9% there.",
        "Nothing comes near the nurse, of whose answers 87.1% have it.",
        "The villain says it in 69 of 120 answers, the nurse in 93 of 120 answers.",
        "The villain, who is far off, sets out from 0.36 in similarity.",
        "With all of them in, the fit (r = −0.47) is as before.",
    ],
)
def test_a_misprint_is_found(bullet: str) -> None:
    assert said(bullet)


@pytest.mark.parametrize(
    "bullet",
    [
        "Between villain and nurse there is a gulf: 57.5% here, 81.7% there.",
        "The nurse is 24.2 points above the villain, the mean over personas being 52.5%.",
        "The villain (57.5%, band 48.6 to 66.0%) is below the nurse, bounded by 73.8% and 87.6% (interval).",
        "The judge keeps 31.6% of what the nurse has.",
        "The villain says it in 69 of 120 answers and keeps it to itself in 51 of 120 answers.",
        "The villain, who is far off, sets out from −0.36 in similarity.",
        "The two judges agree (r = 0.88), and in #31 it was r = −0.42.",
    ],
)
def test_what_follows_from_known_numbers_is_silent(bullet: str) -> None:
    assert said(bullet) == []
