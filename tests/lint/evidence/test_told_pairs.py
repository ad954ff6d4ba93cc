"""Differences of the one pair of rates that their paragraph can mean, and words that may mean another one."""

from __future__ import annotations

import pytest

from leakstats.lint.engine import lint_text

HEAD = "# Wells run dry (LOW confidence)\n\n## TL;DR\n\n### Results\n\n- "


def found(text: str) -> list[str]:
    return [f.message for f in lint_text(f"{HEAD}{text}\n").findings if f.code == "CR408"]


@pytest.mark.parametrize(
    "text",
    [
        "The hill well is dry on 64.2% of days against 21.7% in the vale (n = 120 each). Absolute gap: {} pp.",
        "The share is 0.642 on the hill, 0.217 in the vale. That is {} pp, or 3.0x as much.",
        "Dry days make up 64.2% on the hill. In the vale they make up 21.7% (26/120), which is {} pp lower.",
        "The share varies from 21.7% (vale) to 64.2% (hill), n = 120 for each well, and hence by {} pp, as feared.",
        "From end to end the share changes by {} pp. It is highest on hills (64.2%) and lowest in vales (21.7%).",
        "On hills 64.2% of days are dry; in vales 21.7%. This makes a difference of {} pp for one and the same pump.",
        "The hill is dry on 64.2% of days and the vale on 21.7%. That leaves {} pp between hill and vale.",
        "Pumping lifts the share from 21.7% to 64.2%. With n = 120 it rises by {} pp.",
    ],
)
def test_of_the_only_pair(text: str) -> None:
    assert found(text.format("42.5")) == []
    assert found(text.format("35.5")) != []


@pytest.mark.parametrize(
    "text",
    [
        "Pumping lifts the share from 21.7% to 64.2%. The effect of rain has the same sign but is smaller, 7.9 pp.",
        "Pumping lifts the share from 21.7% to 64.2%. That is 42.5 pp, against 7.9 pp for rain.",
        "The hill well moves most, from 21.7% to 64.2%; the vale well moves least, by 7.9 pp.",
        "Between the best and the worst well lie 7.9 pp. Mean over wells: 29.5%; median: 31.8%.",
        "The hill is at 64.2%, the vale at 21.7%. In the summer before, the gap was 7.9 pp.",
        "The share rises from 21.7% to 64.2% in May. It loses 7.9 pp by June.",
        "The hill is at 64.2%, the vale at 21.7%. They gained 7.9 pp.",
        "The hill is at 64.2%, the vale at 21.7%. The gap of the means is 7.9 pp.",
        "The share rises from 21.7% to 64.2%. Half of that, 7.9 pp at a time, comes in May.",
        "The hill is at 64.2%, the vale at 21.7%, the plain at 40.0%. The gap is 7.9 pp.",
        "The hill is at 64.2%, the vale at 21.7%. We read the level at 9 points.",
        "In #12 the hill was at 64.2%, the vale at 21.7%. The gap was 7.9 pp.",
    ],
)
def test_of_another_pair(text: str) -> None:
    assert found(text) == []
