"""Names and fields that the page's tables alone connect with those of the files."""

from __future__ import annotations

import json

from leakstats.lint.evidence.knowledge import Evidence
from leakstats.lint.evidence.reading import read_dataset
from leakstats.lint.outline import Outline
from leakstats.lint.parsing import parse_document
from leakstats.template import load_template

PAGE = """# Uptake falls with distance (LOW confidence)

## TL;DR

### Results

| Persona | Similarity | Own rate | Spread |
|---|---|---|---|
| villain | 0.412 | 57.0% | 12.3% |
| nurse | -0.325 | 12.0% | 10.9% |
| pirate | 0.077 | 31.0% | 61.4% |
| KT | 0.618 | 44.0% | {last} |
"""
UNITS = {
    "villain": (0.4121, 57, 123),
    "night_nurse": (-0.3254, 12, 109),
    "pirate": (0.0771, 31, 614),
    "kindergarten_teacher": (0.6183, 44, 207),
}


def evidence(last: str) -> Evidence:
    rows = [{"who": k, "x": x, "a": a, "a_of": 100, "b": b, "all": 1000} for k, (x, a, b) in UNITS.items()]
    document = parse_document(PAGE.format(last=last))
    data = read_dataset("results.json", json.dumps({"units": rows}))
    return Evidence(document, Outline(document, load_template("v1")), (data,))


def test_a_name_of_other_letters_is_known_by_its_values() -> None:
    found = evidence("20.7%").aliases
    assert found["nurse"] == "nightnurse"
    assert found["kt"] == "kindergartenteacher"


def test_a_rate_that_is_stored_as_counts_is_bound_by_the_column_that_prints_it() -> None:
    right, wrong = evidence("20.7%"), evidence("27.0%")
    assert not right.suspect
    assert [(c.number.text, round(f.value, 3)) for c, f, _ in wrong.suspect.values()] == [("27.0", 0.207)]


def test_a_column_of_counts_and_rates_is_known_in_both() -> None:
    page = "# Ferries (LOW confidence)\n\n## TL;DR\n\n### Results\n\n| Ferry | Late |\n|---|---|\n"
    late = {"amber": 31, "birch": 46, "cedar": 12, "dune": 77}
    page += "".join(f"| {k} | {v}/90 = {100 * v / 90:.1f}% |\n" for k, v in late.items())
    document = parse_document(page)
    counts = read_dataset("results.json", json.dumps({"late": late, "asked": 90}))  # holds no rate
    about = Evidence(document, Outline(document, load_template("v1")), (counts,)).about["cedar"]
    assert {round(f.value, 3) for _, f in about} >= {12, 0.133}
