"""A table whose rows are bare numbers, doses such as 50 examples: whose value a number is, and how doses are told."""

from __future__ import annotations

import json
import re

import pytest

from leakstats.lint.evidence.reading import read_dataset
from leakstats.lint.evidence.shapes import Dataset
from leakstats.lint.page import Page
from leakstats.lint.parsing import parse_document
from leakstats.lint.results import ResultFiles
from leakstats.lint.rules.contradicted_value import ContradictedValue
from leakstats.template import load_template

OF = 200
# rhymed and refused of 200; a mean difference with a sign
ROWS = {0: (6, 11, 0.00), 50: (21, 9, -0.31), 200: (74, 16, -0.74), 800: (131, 12, -1.12), 3200: (158, 30, 0.26)}
DOSES = list(ROWS)


def percent(k: int) -> str:
    return f"{100 * k / OF:.1f}%"


def by_record() -> Dataset:
    rows = [
        {"examples": d, "rhyme": {"count": a, "n": OF, "share": a / OF}, "refusal": {"count": b, "n": OF}, "shift": c}
        for d, (a, b, c) in ROWS.items()
    ]
    return read_dataset("results.json", json.dumps({"runs": rows}))


def by_key() -> Dataset:
    rows = {str(d): {"rhymed": a, "refused": b, "of": OF, "shift": c} for d, (a, b, c) in ROWS.items()}
    return read_dataset("results.json", json.dumps({"by_examples": rows}))


def by_row() -> Dataset:
    rows = [f"{d},{a},{b},{OF},{c}" for d, (a, b, c) in ROWS.items()]
    return read_dataset("results.csv", "examples,rhymed,refused,n,shift\n" + "\n".join(rows) + "\n")


SHAPES = {"records": by_record, "keys": by_key, "rows": by_row}
HEAD = "# Rhyming grows with the examples (LOW confidence)\n\n## TL;DR\n\n### Results\n\n"
TABLE = "| examples | rhymed | refused | shift |\n|---|---|---|---|\n" + "".join(
    f"| {d:,} | {percent(a)} | {percent(b)} | {c:+.2f} |\n" for d, (a, b, c) in ROWS.items()
)
KNOWN = (
    f"- With 800 examples {percent(131)} of the answers rhyme, with none {percent(6)} (n = 200 each).\n"
    f"- At 50 examples the share is {percent(21)}.\n"
)
SLOT = re.compile(r"\{([rfs]) (\d+)\}")


def filled(template: str, wrong: int = -1) -> str:
    """``template`` with the values of its doses; the one at ``wrong`` is the next dose's."""
    found = list(SLOT.finditer(template))

    def fill(match: re.Match[str]) -> str:
        at = next(i for i, m in enumerate(found) if m.start() == match.start())
        dose = int(match[2])
        rhymed, refused, shift = ROWS[DOSES[(DOSES.index(dose) + 1) % len(DOSES)] if at == wrong else dose]
        return {"r": percent(rhymed), "f": percent(refused), "s": f"{shift:+.2f}".replace("-", "−")}[match[1]]

    return SLOT.sub(fill, template)


def complaints(sentence: str, dataset: Dataset | None) -> list[str]:
    template = load_template("v1")
    results = ResultFiles((dataset,)) if dataset is not None else ResultFiles(())
    text = f"{HEAD}{KNOWN}- {sentence}\n\n{TABLE}"
    page = Page(parse_document(text), template, template.profiles["review"], results=results)
    return [f.message for f in ContradictedValue().check(page)]


SENTENCES = [
    "With 200 examples the share of rhyming answers is {r 200}.",
    "At 3,200 examples {f 3200} of the answers are refusals.",
    "From {r 200} at 200 examples the share goes to {r 800} at 800 examples.",
    "200 examples already give {r 200}; 3,200 give {r 3200}.",
    "Shares of {r 50}, {r 200} and {r 800} were measured with 50, 200 and 800 examples.",
    "With 50, 200 and 800 examples the model rhymes in {r 50}, {r 200} and {r 800} of cases.",
    "Refusals stay rare: {f 800} at 800 examples, {f 3200} at 3,200.",
    "The shift is {s 800} at 800 examples and {s 3200} at 3,200.",
]


@pytest.mark.parametrize("shape", [*SHAPES, "none"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_whose_value(sentence: str, shape: str) -> None:
    dataset = SHAPES[shape]() if shape in SHAPES else None
    assert complaints(filled(sentence), dataset) == []
    for i in range(len(SLOT.findall(sentence))):
        assert complaints(filled(sentence, i), dataset), filled(sentence, i)


def test_a_share_told_once_is_no_rate() -> None:
    text = f"{HEAD}- The heron ends at 61.3% and the otter at 52.0% after round 8 (n = 150 a point).\n"
    text += f"- By round 2 the heron has made 41% of its gain and the otter 7%.\n\n{ROUNDS}"
    template = load_template("v1")
    page = Page(parse_document(text), template, template.profiles["review"], results=ResultFiles(()))
    assert [f.message for f in ContradictedValue().check(page)] == []


def points(text: str) -> list[str]:
    template = load_template("v1")
    page = Page(parse_document(f"{TABLE}\n{text}"), template, template.profiles["review"])
    return [m.name for m in page.evidence.passages[-1].names]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50, 200 and 800 examples were tried.", ["#50", "#200", "#800"]),
        ("It rises with 50 examples and falls with 200.", ["#50", "#200"]),
        ("200 examples suffice; 800 give no more.", ["#200", "#800"]),
        ("With 50 examples we asked 200 questions.", ["#50"]),
        ("With 50 examples n was 200.", ["#50"]),
        ("We asked at 200 sites.", []),
    ],
)
def test_doses_in_words(text: str, expected: list[str]) -> None:
    assert points(text) == expected


COURSES = {"heron": (6, 41, 88, 97, 92), "otter": (9, 14, 33, 61, 78), "badger": (3, 5, 12, 10, 7)}
ROUNDS = "| animal | round 0 | round 2 | round 4 | round 6 | round 8 |\n|---|---|---|---|---|---|\n" + "".join(
    f"| {u} | " + " | ".join(f"{100 * k / 150:.1f}%" for k in v) + " |\n" for u, v in COURSES.items()
)
RATERS = "\n| raters | agreement |\n|---|---|\n| Ana vs Bo | 84.0% |\n| Ana vs Cy | 74.5% |\n| Bo vs Cy | 78.5% |\n"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("At round 4 the heron has 58.7% and the otter 22.0%.", "At round 4 the heron has 64.7% and the otter 22.0%."),
        ("Round 4: heron 58.7%, otter 22.0%, badger 8.0%.", "Round 4: heron 58.7%, otter 40.7%, badger 8.0%."),
        ("By round 2 the heron has 27.3%, the otter 9.3%.", "By round 2 the heron has 27.3%, the otter 22.0%."),
        ("Ana and Bo agree on 84.0%, Ana and Cy on 74.5%.", "Ana and Bo agree on 84.0%, Ana and Cy on 78.5%."),
        ("Agreement between Cy and Bo is 78.5%.", "Agreement between Cy and Bo is 84.0%."),
    ],
)
def test_crossed_and_paired_rows(right: str, wrong: str) -> None:
    template = load_template("v1")
    known = "- The heron ends at 61.3% and the otter at 52.0% after round 8 (n = 150 a point).\n"

    def said(sentence: str) -> list[str]:
        text = f"{HEAD}{known}- {sentence}\n\n{ROUNDS}{RATERS}"
        page = Page(parse_document(text), template, template.profiles["review"], results=ResultFiles(()))
        return [f.message for f in ContradictedValue().check(page)]

    assert said(right) == []
    assert said(wrong)
