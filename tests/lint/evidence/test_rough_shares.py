"""Shares in words beside their rate: a rough one leaves room, and a relative change is no difference in points."""

from __future__ import annotations

import pytest

from leakstats.lint.engine import Options, lint_text

TABLE = "| Lock | May | June |\n|---|---|---|\n| Tay | 40.0% | 50.0% |\n| Don | 30.0% | 20.0% |\n"


def found(text: str, code: str) -> list[str]:
    page = f"# Locks leak (LOW confidence)\n\n## TL;DR\n\n### Results\n\n- {text}\n\n{TABLE}"
    return [f.message for f in lint_text(page, Options(no_results=True)).findings if f.code == code and f.line == 7]


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("About two in five of the locks ({}) leaked.", "40.8%", "46.1%"),
        ("Nearly nine in ten barges ({}) went through.", "88.7%", "81.2%"),
        ("Two in five barges ({}) went through.", "40.8%", "44.8%"),
        ("Of the locks 12 of 40 leaked ({}).", "30%", "32%"),
        ("About 61 of 120 locks leaked ({}).", "50.8%", "44%"),
    ],
)
def test_shares_beside_a_rate(text: str, right: str, wrong: str) -> None:
    assert found(text.format(right), "CR418") == []
    assert len(found(text.format(wrong), "CR418")) == 1


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("Relatively speaking, the Tay at 50.0% is {} higher than the Don at 40.0%.", "25%", "10%"),
        ("The Tay rises from 40.0% to 50.0%, by {} of its former value.", "25%", "10%"),
        ("The Tay rises by 10.0 pp, from 40.0% to 50.0%, in relative terms a rise of {}.", "25%", "10%"),
    ],
)
def test_relative_changes(text: str, right: str, wrong: str) -> None:
    assert found(text.format(right), "CR410") == []
    assert len(found(text.format(wrong), "CR410")) == 1
