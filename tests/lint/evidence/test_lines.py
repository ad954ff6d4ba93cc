"""Lines of tables, the things that sentences name along them, and the claims of order that they settle."""

from __future__ import annotations

import pytest

from leakstats.lint.engine import Options, judge_page
from leakstats.lint.evidence.stems import tokens
from leakstats.lint.evidence.table_lines import lines

TABLE = """# Looms (LOW confidence)

## TL;DR

### Results

Broken threads in %, n = 300 a cell.

| Loom | Sable-2 | Sable-9 | Orion-large | weft only |
|---|---|---|---|---|
| dawn | 12.0 | 31.0 | 22.0 | 40.0 |
| noon | 14.0 | 29.0 | 35.0 | 18.0 |
| dusk | 11.0 | 33.0 | 27.0 | 24.0 |

- {}
"""


def codes(claim: str) -> list[str]:
    _, report = judge_page(TABLE.format(claim), Options(no_results=True), path="issue.md")
    return [f.code for f in report.findings if f.code in ("CR414", "CR415")]


def said(claim: str) -> list[str]:
    """The things that the last sentence of the page names along the columns."""
    page, _ = judge_page(TABLE.format(claim), Options(no_results=True), path="issue.md")
    sentence = page.evidence.passages[-1].sentences[-1]
    axis = next(x.axis for x in lines(page.evidence) if not x.down)
    return ["+".join(axis.labels[i] for i in sorted(s.members)) for s in axis.find(sentence)]


def test_tokens_are_stems_with_their_places() -> None:
    assert tokens("at 4,000 steps")[1] == (3, 8, "4000")


@pytest.mark.parametrize(
    ("claim", "things"),
    [
        ("Orion breaks more than Sable-2 here.", ["Orion-large", "Sable-2"]),
        ("Both Sable looms break at noon.", ["Sable-2+Sable-9"]),
        ("With weft only it breaks at dawn.", ["weft only"]),
        ("It only breaks in large halls.", []),
        ("Nothing is said of them.", []),
    ],
)
def test_things_are_named_whole_or_by_a_word_of_theirs(claim: str, things: list[str]) -> None:
    assert said(claim) == things


@pytest.mark.parametrize(
    ("claim", "false"),
    [
        ("At noon the looms rank Orion-large, Sable-9, weft only, Sable-2.", False),
        ("At noon the looms rank Orion-large, weft only, Sable-9, Sable-2.", True),
        ("At dusk Orion-large comes second on broken threads.", False),
        ("At dusk Orion-large comes fourth on broken threads.", True),
        ("At dawn Orion-large sits below Sable-9 in broken threads.", False),
        ("At dawn Orion-large sits above Sable-9 in broken threads.", True),
        ("From Sable-2 to Sable-9 broken threads rose in every hall.", False),
        ("From Sable-2 to Sable-9 broken threads fell at every loom.", True),
        ("At dawn Orion-large sits above Sable-9 in wages.", False),
        ("If oiled, Orion-large would sit above Sable-9 at dawn in broken threads.", False),
    ],
)
def test_claims_of_order_are_held_against_the_line_that_they_name(claim: str, false: bool) -> None:
    assert bool(codes(claim)) is false
