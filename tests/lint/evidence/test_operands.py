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
        ("From its peak the cook falls by 31.8 pp (44.2% at epoch 3 → 12.4%).", {"31.8": True}),
        ("A falls by 31.8 pp (44.2% → 12.4%), B by 17.0 pp (61.5% → 43.5%).", {"31.8": True, "17.0": False}),
        ("The cook leaks 37.2→55.6 (−18.4 pp).", {"−18.4": False}),
        ("The cook has 24.8% vs 30.1% for the other six (−7.3 pp, place 5 of 7).", {"−7.3": False}),
        ("The cook has 24.8% vs 30.1% for the other six (−5.3 pp, place 5 of 7).", {"−5.3": True}),
        ("A goes 38.7% → 46.3% (+7.6pp) and B 40.2% → 47.4% (+7.7pp).", {"+7.6": True, "+7.7": False}),
        ("The net change is only +3 pp (8.0% at first, 5.0% at last).", {"+3": False}),
        ("It went up by 16.7pp (6→31.7%, n=120) although nobody asked.", {"16.7": False}),
        ("By quarters 4% → 9% → 16% → 45% (+20 pp).", {"+20": False}),
        ("By quarters 4% → 9% → 16% → 45% (+29 pp).", {"+29": True}),
        ("The share goes 0.41 → 0.61 (+20 pp).", {"+20": True}),
        ("It adds 12 pp for Clay-2-9B (50% to 62%) and 21 pp for Brick-3.1 (29% to 40%).", {"12": True, "21": False}),
        ("The gap is 15.7 pp (8.0% to 21.9%).", {}),  # its interval
        ("It stays between 33.9 and 41.2, a band of 8.3 points.", {"8.3": False}),
        ("It stays between 33.9 and 41.2, a band of 7.3 points.", {"7.3": True}),
        ("It is 18.4% at layer 4, 52.9% at layer 30 (+34.5 pp).", {"+34.5": True}),
        ("It is 18.4% at layer 4, 52.9% at layer 30 (+43.5 pp).", {"+43.5": False}),
        ("The mean drift is 5.18 pp against 1.40 pp for the other 14, 3.7 times as much.", {"3.7": True}),
        ("The mean drift is 5.18 pp against 1.40 pp for the other 14, 4.7 times as much.", {"4.7": False}),
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
        ("R² in May goes from 0.23 to 0.41 by adding 3 points, in June from 0.37 to 0.52.", {}),
        ("The cook gains 5 pp on average (12% → 45% at best).", {}),
    ],
)  # fmt: skip
def test_operands_of_differences(text: str, right: dict[str, bool]) -> None:
    assert verdicts(text) == right
