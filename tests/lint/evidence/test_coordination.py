"""Lists of things and of values, and which value is whose."""

from __future__ import annotations

import pytest

from leakstats.lint.evidence.coordination import joins_names, paired, runs_of_names
from leakstats.lint.evidence.passages import Sentence
from leakstats.lint.page import Page
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

TABLE = "| Persona | rate |\n|---|---|\n| Monk | 12% |\n| Gossip | 14% |\n| Host | 31% |\n| Clerk | 47% |\n\n"


def sentence(text: str) -> Sentence:
    template = load_template("v1")
    page = Page(parse_document(TABLE + text), template, template.profiles["review"])
    return page.evidence.passages[-1].sentences[-1]


def owners(text: str) -> dict[str, str]:
    found = sentence(text)
    return {found.numbers[i].text: pair.name.name for i, pair in paired(found).items()}


def test_lists_of_things() -> None:
    runs = runs_of_names(sentence("Monk, `Gossip` and the Host differ from Clerk, at L3 and L5."))
    assert [[m.name for m in run] for run in runs] == [["monk", "gossip", "host"], ["#3", "#5"]]


@pytest.mark.parametrize("text", [", ", " and the ", ", and `", "` & `", "'s and the ", "/", " as well as "])
def test_what_joins(text: str) -> None:
    assert joins_names(text)


@pytest.mark.parametrize("text", [" ", " differs from ", ". ", " and later the ", " (12%) and "])
def test_what_does_not_join(text: str) -> None:
    assert not joins_names(text)


@pytest.mark.parametrize(
    "text",
    [
        "Monk and Gossip reach 12% and 14%.",
        "We saw 12% and 14% for Monk and Gossip.",
        "Rates of 12% [9, 16] and 14% [10, 18] were seen for Monk and Gossip.",
        "12% and 14% of the answers of Monk and Gossip carry it.",
        "Monk and Gossip stand out. Their rates are 12% and 14%.",
        "Monk and Gossip: 12% (n = 40), 14% (n = 60).",
    ],
)
def test_two_lists_go_together(text: str) -> None:
    assert owners(text) == {"12": "monk", "14": "gossip"}


def test_one_list_of_things_may_have_two_of_values() -> None:
    text = "Monk and Gossip go from 12% and 14% to 31% and 47%."
    assert owners(text) == {"12": "monk", "14": "gossip", "31": "monk", "47": "gossip"}


@pytest.mark.parametrize(
    "text",
    [
        "Monk and Gossip lie between 12% and 14%.",
        "Monk, Gossip and Host reach 12% and 14%.",
        "Unlike Monk and Gossip, 12% and 14% were seen elsewhere.",
        "Monk and Gossip are low; 12% and 14% are usual.",
        "Monk reaches 12% and Gossip 14%.",
    ],
)
def test_no_two_lists(text: str) -> None:
    assert owners(text) == {}
