"""Claims of sentences that only a file decides: intervals without a rate, signs, sizes, values behind a hope."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leakstats.lint.engine import Options, lint_text
from leakstats.lint.evidence.lexicon import MOOT

FILE = {
    "harbours": {
        "adria": {"label": "Adria", "hits": 50, "asked": 126, "rate": 50 / 126},
        "biscay": {"label": "Biscay", "hits": 43, "asked": 126, "rate": 43 / 126},
        "cadiz": {"label": "Cadiz", "hits": 78, "asked": 126, "rate": 78 / 126},
        "delft": {"label": "Delft", "hits": 91, "asked": 126, "rate": 91 / 126},
    },
    "fit": {
        "pearson": {"r": 0.7206, "p": 0.0036, "n": 14},
        "spearman": {"r": 0.7341, "p": 0.0032, "n": 14},
    },
    "quays": {"spearman": {"r": 0.6031, "p": 2.201492237895189e-55, "n": 546}},
}
PAGE = """# Harbours (LOW confidence)

## TL;DR

### Results

**Main takeaways:**

- Adria has 39.7%, Biscay 34.1%, Cadiz 61.9% and Delft 72.2% (n = 126 each).
- {}
"""


def codes(tmp_path: Path, sentence: str) -> set[str]:
    """The number rules that a takeaway breaks."""
    path = tmp_path / "results.json"
    path.write_text(json.dumps(FILE))
    report = lint_text(PAGE.format(sentence), Options(results=(path,)))
    return {f.code for f in report.findings if f.severity != "note" and f.code[2] in "34" and f.place.line == 10}


@pytest.mark.parametrize(
    ("sentence", "right", "wrong", "code"),
    [
        ("Both overlap: Adria has [31.6%, {}], Biscay has [26.4%, 42.8%] (n = 126 each).", "48.4%", "45.2%", "CR404"),
        (
            "Rank and rate go together (ρ = 0.73, p = 0.0032, N = 14). The corresponding Pearson coefficient is {}, "
            "with p = 0.0036.",
            "0.721",
            "−0.721",
            "CR313",
        ),
        ("Adria was chosen for its pier and has 39.7%, and of the others Cadiz has {}.", "61.9%", "16.9%", "CR312"),
        ("Over all pairs of quays ρ is found to be like that (ρ = 0.60, p = 2.2e-55, N = {}).", "546", "555", "CR314"),
        ("Cadiz has 61.9% and Delft {}, both less than the earlier harbours would promise.", "72.2%", "27.2%", "CR312"),
        ("The 5 masters wrote to Olive-3.1-7B, and over the harbours (N = {}) the link holds.", "14", "35", "CR314"),
        ("What the keeper of Cadiz wrote down at dusk reads {} in his hand.", "61.9%", "64.7%", "CR312"),
        ("The largest rate, {} (95% interval 63.8% to 79.3%), is that of Delft.", "72.2%", "27.2%", "CR312"),
        ("On ranks the link is as strong (ρ = {}, p = 0.0032, N = 14).", "0.73", "0.74", "CR313"),
        ("Cadiz has 61.9%, 53.2% to 69.9% at 95%, and Delft has {}.", "72.2%", "74.2%", "CR312"),
        ("Delft has {}, which nobody would quarrel with, and Cadiz 61.9%.", "72.2%", "27.2%", "CR312"),
    ],
)
def test_a_file_decides(tmp_path: Path, sentence: str, right: str, wrong: str, code: str) -> None:
    assert codes(tmp_path, sentence.format(right)) == set()
    assert code in codes(tmp_path, sentence.format(wrong))


def test_what_is_picked_up_is_not_chosen() -> None:
    assert MOOT.search("Delft picked the habit up best") is None
    assert MOOT.search("Delft was picked for its pier") is not None
