"""Differences and the two rates that stand in one construction with them."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.grammar import read_numbers
from leakstats.lint.evidence.operands import operands
from leakstats.lint.evidence.passages import Passage
from leakstats.lint.inline import Text


def verdicts(text: str) -> dict[str, bool]:
    """Whether each difference of a text fits the rates that it is bound to."""
    plain = Text(text, (), 0, len(text))
    passage = Passage(plain, text, "prose", 0, "other", tuple(read_numbers(text)), None)  # type: ignore[arg-type]
    return {x.result.text: x.fit() for s in passage.sentences for x in operands(s).values()}


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("The cook rises from 12% to 45% (+33 pp).", {"+33": True}),
        ("The cook rises from 12% to 45% (+31 pp).", {"+31": False}),
        ("The cook rises from 12% to 45% (−33 pp).", {"−33": False}),
        ("The cook falls from 45% to 12%, a drop of 31 pp.", {"31": False}),
        ("The cook moves from 12% (18 of 150) at epoch 2 to 45% (68 of 150), a rise of 30 pp.", {"30": False}),
        ("From its peak the cook falls by 29.5 pp (36.5% at epoch 4 → 7.0%).", {"29.5": True}),
        ("A falls by 29.5 pp (36.5% → 7.0%), B by 18.5 pp (58.5% → 42.0%).", {"29.5": True, "18.5": False}),
        ("The cook leaks 40.7→61.4 (−20.7 pp).", {"−20.7": False}),
        ("The cook has 31.1% vs 35.7% for the other ten (−6.4 pp, rank 9 of 11).", {"−6.4": False}),
        ("The cook has 31.1% vs 35.7% for the other ten (−4.6 pp, rank 9 of 11).", {"−4.6": True}),
        ("A goes 44.1% → 53.3% (+9.2pp) and B 45.6% → 54.5% (+9.3pp).", {"+9.2": True, "+9.3": False}),
        ("The net change is a mere +2 pp (6.0% at first, 4.0% at last).", {"+2": False}),
        ("It went up by 14.3pp (4→25.3%, n=150) although nobody asked.", {"14.3": False}),
        ("By quarters 4% → 9% → 16% → 45% (+20 pp).", {"+20": False}),
        ("By quarters 4% → 9% → 16% → 45% (+29 pp).", {"+29": True}),
        ("The share goes 0.41 → 0.61 (+20 pp).", {"+20": True}),
        ("It stays between 27.2 and 32.5, a band of 6.3 points.", {"6.3": False}),
        ("It stays between 27.2 and 32.5, a band of 5.3 points.", {"5.3": True}),
        ("It is 26.3% at layer 2, 49.1% at layer 38 (+22.8 pp).", {"+22.8": True}),
        ("It is 26.3% at layer 2, 49.1% at layer 38 (+35.8 pp).", {"+35.8": False}),
        ("The mean size is 3.96 pp against 1.20 pp for the other 20, 3.3 times as much.", {"3.3": True}),
        ("The mean size is 3.96 pp against 1.20 pp for the other 20, 4.3 times as much.", {"4.3": False}),
        ("It goes 12% → 45% (+33 pp, 3.8×).", {"+33": True, "3.8": True}),
        ("It goes 12% → 45% (+33 pp, 2.8×).", {"+33": True, "2.8": False}),
        ("The cook has 45% vs 15% (3.4×).", {"3.4": False}),
        ("The cook has 45% vs 15% (3.4× the control).", {}),
        ("A drop of 3.3 points to 12% from 15%.", {}),
        # of something else, or of nobody knows what
        ("The cook has 12% vs 45% (5 pp over the control).", {}),
        ("Similarity goes cos 0.41→0.61 (+3.2 pp).", {}),
        ("It rises 12% → 45% (mean +5 pp per step).", {}),
        ("It rises 12% → 45% (95% CI +2 to +6 pp).", {}),
        ("The largest step is +15.1 pp (6→8).", {}),
        ("R² at layer 20 goes from 0.18 to 0.39 by adding 2 points, at layer 15 from 0.46 to 0.58.", {}),
        ("The cook gains 5 pp on average (12% → 45% at best).", {}),
    ],
)  # fmt: skip
def test_operands_of_differences(text: str, right: dict[str, bool]) -> None:
    assert verdicts(text) == right
