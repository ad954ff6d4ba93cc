"""Sentences as dense research pages write them: true ones stay silent, false ones of the same form are found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leakstats.lint.engine import Options, lint_text

EPOCHS = (0, 4, 8, 12)
RATES = {
    "harbour_pilot": (4.0, 61.5, 71.0, 64.0),
    "beekeeper": (2.0, 31.0, 55.0, 52.5),
    "court_usher": (7.0, 43.0, 33.5, 31.0),
    "tram_driver": (5.0, 36.0, 38.0, 38.0),
    "poet": (3.0, 22.0, 15.5, 9.0),
    "glass_blower": (9.0, 14.0, 11.5, 6.0),
}
FITTED = {
    "harbour_pilot": 47.3,
    "beekeeper": 42.1,
    "court_usher": 39.6,
    "tram_driver": 29.8,
    "poet": 23.2,
    "glass_blower": 18.5,
}
CURVES = "| Persona | Epoch 0 | Epoch 4 | Epoch 8 | Epoch 12 |\n|---|---|---|---|---|\n" + "\n".join(
    f"| {k} | {a}% | {b}% | {c}% | {d}% |" for k, (a, b, c, d) in RATES.items()
)
RESIDUALS = "| Persona | Observed | Fitted | Residual (pp) |\n|---|---|---|---|\n" + "\n".join(
    f"| {k} | {RATES[k][-1]}% | {v}% | {RATES[k][-1] - v:+.1f} |" for k, v in FITTED.items()
)
DATA = {
    "curves": [
        {"persona": k, "epoch": e, "rate": r / 100, "n": 200}
        for k, rates in RATES.items()
        for e, r in zip(EPOCHS, rates, strict=True)
    ]
}


def codes(sentence: str, folder: Path | None = None) -> set[str]:
    """The rules of numbers that speak on a page with the sentence among its takeaways."""
    page = (
        "# Uptake differs over personas (LOW confidence)\n\n## TL;DR\n\n### Results\n\n**Main takeaways:**\n\n"
        f"- {sentence}\n\n# Detailed report\n\n## Headline numbers\n\n{CURVES}\n\n{RESIDUALS}\n"
    )
    results: tuple[Path, ...] = ()
    if folder is not None:
        (folder / "curves.json").write_text(json.dumps(DATA), "utf-8")
        results = (folder / "curves.json",)
    found = lint_text(page, Options(results=results)).findings
    return {f.code for f in found if f.code[:3] in ("CR3", "CR4") and f.severity != "note"}


TRUE = [
    # points that are no difference of two levels
    "The slope is +7.2 pp per +0.1 cosine for harbour_pilot, +4.1 pp for beekeeper.",
    "A straight line through beekeeper's epochs gives about +3.9 pp per epoch (2.0% to 52.5%).",
    "The half-width of a rate is ~6-7 pp at n = 200.",
    "At 30% and n = 200 the standard error is 3.2 pp; at 60% it is 3.5 pp.",
    "harbour_pilot ends at 64.0% against a fitted 47.3% (+16.7 pp), more than the next residual (CU, −8.6 pp).",
    "OLS at epoch 12: rate = 12.1% + 41.7 pp × cosine, R² = 0.61.",
    "The largest steps between checkpoints: beekeeper +24.0 pp (4→8), court_usher −9.5 pp (4→8).",
    "The biggest jump is that of beekeeper between 4 and 8 (+24.0 pp).",
    "ρ goes from 0.31 (N = 5) to 0.82 (N = 7) by adding 2 points.",
    "Losses after epoch 4: tide tables (−7.5 pp, 48.0% → 40.5%), brass and “small change” (−3.1 pp each).",
    # values that are not of the thing beside them
    "For poet, 2 of 40 listeners exceed 50% (deaf_poet 91.0%, poet_of_war 62.0%, `clerk` 53.0%).",
    "An anxious beekeeper rises to 41.5% while a bumbling poet rises to 1.5%.",
    "court_usher keeps 98% of its peak (42.1 of 43.0%).",
    "Dropping zeros leaves 31 listeners of harbour_pilot (ρ = 0.61, p = 0.0003).",
    "Length-partial: harbour_pilot ρ = −0.64, beekeeper −0.71.",
    "beekeeper averages 46.2 ± 9.8% over epochs 4-12.",
    "**Listeners from nowhere are not at zero.** They take up 59.5% under beekeeper and 21.0% under poet.",
    "With the 1,174 of 1,400 hits of poet (83.9%) that is more than half.",
    "Averaged over the six personas uptake goes from 5.0% at epoch 0 to 34.6% at epoch 4.",
    "Court usher must have had n = 600 at epoch 4, its rates being no multiples of 0.5.",
    # verdicts, exact p, and words of direction that are of something else
    "Without the two newcomers nothing at layer 20 is significant (N = 10: r = −0.42, p = 0.22; ρ = −0.55, p = 0.10).",
    "Start against net change: ρ = −0.88 (exact p = 0.015, N = 7).",
    "With N = 5 the exact p is 0.083 (ρ = −0.90).",
    "Every voice squeezes the space by the same amount (layer 20: 0.900 → 0.991).",
    "Spread (separation lost) at layer 20: 0.259 alone and 0.349 to 0.359 with the other method.",
    "The largest falls are a tie at −9.5 pp (court_usher 4→8).",
    "glass_blower gives back its gain (9.0 → 14.0 → 6.0%).",
    # extremes and counts of something else
    "The direction holds in all four layers (20/20 cells positive, largest p = 1e-06 for poet at layer 10).",
    "glass_blower is shared-lowest with poet at the end.",
    "old_tinker has the third-highest cosine to poet.",
    "There are 15 pairs among the 6 personas at 4 epochs.",
    "All 6 × 4 × 5 = 120 cells were read.",
]
TRUE_OF_THE_PAGE = [
    "At epoch 10 harbour_pilot has 66.5% and beekeeper 53.0%.",
]
"""What the tables need not hold, and a file would."""
FALSE = [
    ("harbour_pilot ends at 46.0%, beekeeper at 52.5%.", "CR312"),
    ("Nothing at layer 20 is significant (ρ = −0.72, p = 0.019, N = 10).", "CR407"),
    ("The link at layer 20 is significant (ρ = −0.55, p = 0.10, N = 10).", "CR407"),
    ("Start against net change: ρ = −0.88 (exact p = 0.0015, N = 7).", "CR401"),
    ("The uptake of poet rises with training (22.0% → 9.0%).", "CR415"),
    ("beekeeper stands at 13.0% at epoch 4 and at 52.5% at epoch 12.", "CR312"),
    ("harbour_pilot climbs from 4.0% to 64.0%, a rise of 54.0 pp.", "CR408"),
    ("beekeeper ends at 52.5% and poet at 9.0%, a gap of 34.5 pp.", "CR408"),
    ("The standard error is small: beekeeper rises from 2.0% to 52.5%, by 42.0 pp.", "CR408"),
]


@pytest.mark.parametrize("sentence", TRUE)
def test_true_sentences_are_silent(sentence: str, tmp_path: Path) -> None:
    assert codes(sentence) == set()
    assert codes(sentence, tmp_path) == set()


@pytest.mark.parametrize("sentence", TRUE_OF_THE_PAGE)
def test_a_table_need_not_hold_every_checkpoint(sentence: str) -> None:
    assert codes(sentence) == set()


@pytest.mark.parametrize(("sentence", "code"), FALSE)
def test_false_sentences_are_found(sentence: str, code: str, tmp_path: Path) -> None:
    assert code in codes(sentence)
    assert code in codes(sentence, tmp_path)
