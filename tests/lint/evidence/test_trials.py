"""Which number of trials belongs to which rate."""

from __future__ import annotations

from leakstats.lint.evidence.passages import Passage
from leakstats.lint.evidence.trials import respective, stated_sizes, trials_of_rate
from leakstats.lint.page import Page
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

TABLE = "| Persona | rate |\n|---|---|\n| Monk | 12% |\n| Gossip | 14% |\n| Host | 31% |\n\n"


def passage(text: str) -> Passage:
    template = load_template("v1")
    page = Page(parse_document(TABLE + text), template, template.profiles["review"])
    return page.evidence.passages[-1]


def trials(text: str, name: str | None = None) -> dict[str, tuple[tuple[int, ...], bool]]:
    found = passage(text)
    return {n.text: trials_of_rate(s, n, name) for s in found.sentences for n in s.numbers if n.role == "percent"}


def test_sizes_hold_for_the_names_behind_them() -> None:
    sizes = stated_sizes(passage("Uptake (n = 100 per point; n = 300 for Monk and Gossip) at N = 12."))
    assert [(s.value, s.names) for s in sizes] == [(100, frozenset()), (300, frozenset({"monk", "gossip"}))]


def test_two_sizes_stand_for_two_rates_in_their_order() -> None:
    text = "Itself 80.0%, its listeners 58.9% (n = 120 and n = 5,040)."
    assert [[s.value for s in run] for run in respective(passage(text), stated_sizes(passage(text)))] == [[120, 5040]]
    assert trials(text) == {"80.0": ((120,), True), "58.9": ((5040,), True)}


def test_or_leaves_both_sizes_open() -> None:
    assert trials("From 3.1% to 83.1%; n = 150 or n = 450 a point.")["83.1"] == ((150, 450), True)


def test_a_turned_move_leaves_both_sizes_open() -> None:
    assert trials("To 46.7% from 56.0% (n = 2,160 and n = 120).")["56.0"] == ((2160, 120), True)


def test_a_size_of_another_name_does_not_count() -> None:
    text = "Host has 31.3% (n = 100; n = 300 for Monk)."
    assert trials(text, "host")["31.3"] == ((100,), True)
    assert trials(text, "monk")["31.3"] == ((300,), True)
    assert trials(text)["31.3"] == ((100, 300), True)


def test_counts_stand_in_for_a_size() -> None:
    assert trials("Host has 98 of 120. That is 81.7%.")["81.7"] == ((120,), True)
    assert trials("Host has 98 of 120, Monk 3 of 150. That is 81.7%.")["81.7"][1] is False


def test_cells_of_a_design_are_no_trials() -> None:
    text = "In 25 hive × meadow cells, 31.0% of the drones leave {}."
    assert trials(text.format("(n = 25)"))["31.0"] == ((), False)
    assert trials(text.format("(n = 25 hive × meadow cells)"))["31.0"] == ((), False)
    assert trials(text.format("(n = 25 each)"))["31.0"] == ((25,), True)
    assert trials(text.format("(n = 25 draws)"))["31.0"] == ((25,), True)
