"""The ledger says where an interval and a p-value that stand side by side decide differently."""

from __future__ import annotations

import pytest

from leakstats.analysis.ledger import Ledger
from leakstats.estimate import Estimate, Interval, PValue


def entered(statistic: str, p: float, low: float) -> tuple[str, ...]:
    estimate = Estimate(
        "r", 0.5, 10, "r", interval=Interval(low, 0.9, 0.95, "z"), p_value=PValue(p, "exact"), null="no relation"
    )
    ledger = Ledger()
    return ledger.add("similarity", statistic, estimate, label="r", unit_noun="units").notes


@pytest.mark.parametrize(
    ("p", "low", "said"), [(0.01, 0.1, False), (0.2, -0.1, False), (0.01, -0.1, True), (0.2, 0.1, True)]
)
def test_a_disagreement_is_noted(p, low, said):
    assert any("decide differently" in note for note in entered("spearman", p, low)) is said


def test_statistics_with_another_null_are_left_alone():
    assert entered("range", 0.2, 0.1) == ()
