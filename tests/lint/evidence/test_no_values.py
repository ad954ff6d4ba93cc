"""Decimals and percentages that are no values of a thing: distances, ends of intervals, names of arms."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.distances import is_distance
from leakstats.lint.evidence.edges import is_edge
from leakstats.lint.evidence.idioms import intervals
from leakstats.lint.evidence.interval_words import intervals_of_words
from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.named_doses import is_dose
from leakstats.lint.page import Page
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

TABLE = "| Mix | pull | breaks |\n|---|---|---|\n| m03 | 0.62 | 12% |\n| m15 | 0.44 | 31% |\n| m30 | 0.81 | 40% |\n\n"


def evidence(text: str) -> Evidence:
    template = load_template("v1")
    return Page(parse_document(TABLE + text), template, template.profiles["review"]).evidence


def distances(text: str) -> list[str]:
    found = evidence(text)
    return [n.text for s in found.passages[-1].sentences for n in s.numbers if is_distance(found, s, n)]


def edges(text: str) -> list[str]:
    return [n.text for s in evidence(text).passages[-1].sentences for n in s.numbers if is_edge(s, n)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The cord is 0.18 weaker when wet (0.44 against 0.62).", ["0.18"]),
        ("Pull rises by about 0.19 from the first mix to the last.", ["0.19"]),
        ("It fell by 0.3 for hemp, 0.25 for flax and 0.08 for jute.", ["0.3", "0.25", "0.08"]),
        ("Wet, the rope loses; for hemp pull went down by 0.13 and for flax it went up by 0.05.", ["0.13", "0.05"]),
        ("The three stay within 0.02 of one another.", ["0.02"]),
        ("A change of 0.02 is nothing beside the gap in pull between hemp and flax, which is 0.35.", ["0.02", "0.35"]),
        ("The gap between hemp and flax in ρ is 0.35.", ["0.35"]),
        ("Against the dry rope the lifts are 3.01 (hemp), 2.47 (flax) and 0.75 (jute).", ["3.01", "2.47", "0.75"]),
    ],
)
def test_distances_are_no_values(text: str, found: list[str]) -> None:
    assert distances(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Hemp stands at 0.62, followed by 0.44 for flax.",
        "Hemp has 0.62 under the new tar.",
        "After the change in tar the pull is 0.62.",
        "It keeps within 0.44 and 0.62.",
        "Pull is 0.62 for hemp and 0.44 for flax.",
    ],
)
def test_values_are_no_distances(text: str) -> None:
    assert distances(text) == []


def test_a_column_of_changes_has_values() -> None:
    table = "| Rope | change in pull |\n|---|---|\n| hemp | 0.35 |\n| flax | 0.12 |\n\n"
    assert distances(table + "The change in pull of hemp is 0.35.\n") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Even its upper bound (19%) is low.", ["19"]),
        ("Two lie above the interval of hemp (upper end 32.2%).", ["32.2"]),
        ("It clears the lower bound of all others; the nearest is that of m15, 28%.", ["28"]),
        ("The interval of hemp stops at 0.60 and that of flax at 1.07 (lower ends).", ["0.60", "1.07"]),
        ("All intervals leave out zero; that of jute starts at 0.23.", ["0.23"]),
    ],
)
def test_ends_of_intervals_in_words(text: str, found: list[str]) -> None:
    assert edges(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Its lower bound beats chance, and jute breaks in 34%.",
        "Hemp starts at 12%, in whatever interval one looks.",
        "The interval is wide, but the rate of hemp ends at 40%.",
    ],
)
def test_rates_are_no_ends(text: str) -> None:
    assert edges(text) == []


def test_a_dose_names_an_arm() -> None:
    found = evidence("Breaks fall back at 30%, with m15 at 31%; from 15% on nothing helps.")
    sentence = found.passages[-1].sentences[0]
    assert [n.text for n in sentence.numbers if is_dose(found, sentence, n)] == ["30", "15"]


def test_the_bracket_of_an_interval_may_say_its_size() -> None:
    def ends(text: str) -> list[tuple[str, str]]:
        return [(a.text, b.text) for a, b, _ in intervals(evidence(text).passages[-1].sentences[0])]

    assert ends("Hemp breaks in 75.8% (67.4% to 82.6%, n = 120).") == [("67.4", "82.6")]
    assert ends("Hemp regains 56% of its loss (23.3% to 50.7%), jute only 18% (5% to 20%).") == []


def test_a_change_with_its_two_ends_has_the_interval() -> None:
    found = evidence("Tar raises pull by 1.4 points (5.2 against 3.8; 95% CI 0.7 to 2.1).")
    (stated,) = intervals_of_words(found)
    assert stated.estimate is not None
    assert stated.estimate.text == "1.4"
    assert not stated.rivals
