"""Two coefficients that a page compares, over all things and over fewer, against a results file that holds both."""

from __future__ import annotations

import json

import pytest

from leakstats.lint.evidence.compared_fits import compared_fit_clashes
from leakstats.lint.evidence.known_records import coefficient_clashes
from leakstats.lint.evidence.reading import read_dataset
from leakstats.lint.page import Page
from leakstats.lint.parsing import parse_document
from leakstats.lint.results import ResultFiles
from leakstats.template import load_template

FITS = {
    "pearson": {"r": 0.7392, "p": 0.00163864, "n": 15},
    "without_barges": {"pearson": {"r": 0.8715, "p": 0.000104004, "n": 13}},
    "spearman": {"rho": 0.4512, "p": 0.0913854, "n": 15},
}


def page(bullet: str) -> Page:
    template = load_template("v1")
    data = read_dataset("results.json", json.dumps({"fits": FITS}))
    text = f"# Draught follows load (LOW confidence)\n\n## TL;DR\n\n### Results\n\n- {bullet}\n"
    return Page(parse_document(text), template, template.profiles["review"], results=ResultFiles((data,)))


@pytest.mark.parametrize(
    "bullet",
    [
        "The fit is looser with the barges added (r = 0.47, compared with 0.87 before).",
        "Adding the barges loosens the fit, from r = 0.78 to r = 0.74.",
        "For the older boats alone we had r = 0.87. With all of them it is r = 0.45.",
        "Barges lie low (likeness −0.31); leaving them out raises r from 0.74 to 0.86 (N = 13).",
        "With the barges the fit is looser (r = 0.47; previously r = 0.87, p = 0.0001, N = 13).",
    ],
)
def test_a_coefficient_that_no_file_holds_beside_one_that_it_holds(bullet: str) -> None:
    assert len(list(compared_fit_clashes(page(bullet).evidence))) == 1


@pytest.mark.parametrize(
    "bullet",
    [
        "The fit is looser with the barges added (r = 0.74, compared with 0.87 before).",
        "Adding the barges loosens the fit, from r = 0.87 to r = 0.74.",
        "In #12 the older boats alone had r = 0.91, compared with 0.87 here.",
        "With ferries added in place of barges it would be r = 0.66, compared with 0.87 before.",
        "The masts, added to it, reach 0.52, against 0.31 for the oars.",
        "Barges lie low (likeness −0.31); leaving them out raises r from 0.74 to 0.87 (N = 13).",
        "With the barges the fit is looser (r = 0.74; previously r = 0.87, p = 0.0001, N = 13).",
        "Previously the fit was r = 0.61, with barges; here it is r = 0.87, p = 0.0001, N = 13.",
        "Barges lie at 0.47; without them r = 0.87 (p = 0.0001, N = 13).",
    ],
)
def test_what_is_held_or_of_something_else_is_no_error(bullet: str) -> None:
    assert not list(compared_fit_clashes(page(bullet).evidence))


def test_who_is_given_in_to_makes_no_partial_correlation() -> None:
    said = "Load does not tell who will be given in to: Spearman ρ = −0.45, p = 0.091, N = 15, not significant."
    assert len(list(coefficient_clashes(page(said).evidence))) == 1
    given = said.replace("who will be given in to", "draught given length")
    assert not list(coefficient_clashes(page(given).evidence))
