"""Differences in points against the rates of their own sentence and of the one before: right ones are left alone."""

from __future__ import annotations

import pytest

from leakstats.lint.engine import lint_text

HEAD = "# Ovens differ (LOW confidence)\n\n## TL;DR\n\n### Results\n\n- "


def found(text: str) -> list[str]:
    return [f.message for f in lint_text(f"{HEAD}{text}\n").findings if f.code == "CR408"]


@pytest.mark.parametrize(
    "text",
    [
        "Between the north oven (14/120) and the south oven (103/120) lie {} pp.",
        "The north oven burns 24 of 200, the south oven 90 of 200; the south is thus ahead by {} pp.",
        "Ovens differ by up to {} pp: 12.1% in the north, 45.3% in the south.",
        "Peak losses span {} pp, the north oven having 8.0% and the south oven 61.6%.",
        "The south oven burns 45.3%. That is {} pp above the mean of 35.6%.",
        "The south oven burns 45.3%. The north oven is {} pp lower at 12.1%.",
        "The south oven burns 45.3% of its rye and 12.1% of its oat loaves. Rye and oat differ by {} pp.",
        "The ovens burn 45.3%, 30.2% and 12.1%. Between the first and the last lie {} pp.",
        "South: 45.3%. North: 12.1%. Difference: {} pp.",
        "The south oven burns 45.3% and the north oven 12.1%. The gap of {} pp is wide.",
        "The south oven burns 45.3%, the north oven 12.1%. The second number is {} pp lower than the first.",
        "The oven burns 12.1% at the start, 50.2% at the peak and 45.3% at the end. The net change is +{} pp.",
        "The south oven burns 45.3 %, 3.7 times as much as the north oven (12.1 %). In raw terms they differ by {} pp.",
        "Most: the south oven, 45.3% (91 of 201). Least: the north oven, 12.1%. The distance is {} pp.",
        "The south oven burns 45.3% of its rye but 12.1% of its oat loaves. That is a drop of {} points.",
        "The south oven ends at 12.1%, below its baseline of 45.3%. This is a decrease of {} pp.",
        "The south oven burns 45.3% of its rye and 12.1% of its oats. Grains are two things, {} pts apart.",
        "No oven reaches 50%: we count 45.3% for the south, 12.1% for the north. They differ by {} points, and so on.",
    ],
)
def test_difference_of_two(text: str) -> None:
    truth = {"14/120": "74.2", "24 of 200": "33", "8.0%": "53.6", "35.6%": "9.7"}
    right = next((d for said, d in truth.items() if said in text), "33.2")
    assert found(text.format(right)) == []
    wrong = f"{float(right) + 10:g}"
    assert [m.split()[-1] if wrong in m else m for m in found(text.format(wrong))] != []


@pytest.mark.parametrize(
    "text",
    [
        "The south oven (45.3%) leads the north oven (12.1%), which is 5 pp above the mean of all.",
        "The south oven gains more than the north oven, by 5 pp (45.3% and 12.1% at the end).",
        "The south oven burns 45.3%. The north oven is 9.7 pp above the mean of 35.6%.",
        "The ovens burn 45.3%, 30.2% and 12.1%. The net change is +5 pp.",
        "The ovens burn 45.3% and 12.1%. Clay and brick differ by 5 pp.",
        "The ovens peak at 45.3% and end at 12.1%. That is a rise of 5 pp.",
        "The ovens burn 45.3% of the rye. Oats fare better. The distance is 5 pp.",
        "The ovens burn 45.3% and 12.1%. The gain is 5 pp.",
    ],
)
def test_of_something_else(text: str) -> None:
    assert found(text) == []
