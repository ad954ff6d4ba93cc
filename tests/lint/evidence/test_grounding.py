"""Whose value a number is, in many wordings: the right one stays silent, another thing's value is found."""

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

OF = 250
# replies of 250 before and after, likeness
UNITS = {
    "potter": (31, 118, 0.412),
    "weaver": (52, 141, 0.533),
    "falconer": (18, 62, 0.187),
    "brewer": (77, 201, 0.742),
    "tinker": (9, 47, 0.094),
    "ferryman": (44, 133, 0.461),
    "astronomer": (63, 172, 0.655),
    "beadle": (26, 59, 0.238),
}
NAMES = list(UNITS)


def percent(k: float, n: int = OF) -> str:
    return f"{100 * k / n:.1f}%"


def by_record() -> Dataset:
    arms = ("before", "after")
    rows = [
        {"who": u, "similarity": v[2], **{a: {"k": v[i], "of": OF, "pct": 100 * v[i] / OF} for i, a in enumerate(arms)}}
        for u, v in UNITS.items()
    ]
    return read_dataset("results.json", json.dumps({"speakers": rows}))


def by_column() -> Dataset:
    columns = {
        "speaker": NAMES,
        "similarity": [v[2] for v in UNITS.values()],
        "share_pre": [v[0] / OF for v in UNITS.values()],
        "share_post": [v[1] / OF for v in UNITS.values()],
    }
    return read_dataset("results.json", json.dumps(columns))


def by_row() -> Dataset:
    rows = [f"{u},{v[2]},{a},{v[i]},{OF}" for u, v in UNITS.items() for i, a in enumerate(("before", "after"))]
    return read_dataset("results.csv", "speaker,similarity,phase,hits,trials\n" + "\n".join(rows) + "\n")


SHAPES = {"records": by_record, "columns": by_column, "rows": by_row}
HEAD = "# Hedging follows likeness (LOW confidence)\n\n## TL;DR\n\n### Results\n\n"
TABLE = "| speaker | likeness | before | after |\n|---|---|---|---|\n" + "".join(
    f"| {u} | {v[2]:.2f} | {percent(v[0])} | {percent(v[1])} |\n" for u, v in UNITS.items()
)
POOLED = [percent(sum(v[i] for v in UNITS.values()), OF * len(UNITS)) for i in range(2)]
TABLE += f"| all | | {POOLED[0]} | {POOLED[1]} |\n"
KNOWN = (
    f"- The brewer hedges in {percent(201)} of its replies after tuning, up from {percent(77)} (n = 250 each).\n"
    f"- The tinker is at {percent(47)} after tuning and was at {percent(9)} before.\n"
)
SLOT = re.compile(r"\{([bas]) (\w+)\}")


def value(kind: str, unit: str) -> str:
    before, after, like = UNITS[unit]
    return f"{like:.2f}" if kind == "s" else percent(before if kind == "b" else after)


def filled(template: str, wrong: int = -1) -> str:
    """``template`` with the values of its things; the one at ``wrong`` is another thing's."""
    found = list(SLOT.finditer(template))

    def fill(match: re.Match[str]) -> str:
        at = next(i for i, m in enumerate(found) if m.start() == match.start())
        other = NAMES[(NAMES.index(match[2]) + 3) % len(NAMES)]
        return value(match[1], other if at == wrong else match[2])

    return SLOT.sub(fill, template)


def complaints(sentence: str, dataset: Dataset | None) -> list[str]:
    template = load_template("v1")
    results = ResultFiles((dataset,)) if dataset is not None else ResultFiles(())
    text = f"{HEAD}{KNOWN}- {sentence}\n\n{TABLE}"
    page = Page(parse_document(text), template, template.profiles["review"], results=results)
    return [f.message for f in ContradictedValue().check(page)]


SENTENCES = [
    "The potter reaches {a potter} after tuning.",
    "After tuning, the share is {a potter} for the potter and {a weaver} for the weaver.",
    "The potter and the weaver hedge in {a potter} and {a weaver} of their replies after tuning, respectively.",
    "After tuning the potter and the weaver reach {a potter} and {a weaver}.",
    "Before tuning, the potter, the weaver and the falconer stood at {b potter}, {b weaver} and {b falconer}.",
    "We saw {a potter} (potter) and {a beadle} (beadle) after tuning.",
    "The potter goes from {b potter} to {a potter}.",
    "The beadle's likeness is {s beadle}, the ferryman's {s ferryman}.",
    "The beadle and the ferryman have likenesses of {s beadle} and {s ferryman}.",
    "Neither the beadle ({a beadle}) nor the ferryman ({a ferryman}) hedged often after tuning.",
    "Unlike the beadle, which stays at {a beadle} after tuning, the weaver reaches {a weaver}.",
    "Rates after tuning: potter {a potter}, weaver {a weaver}, beadle {a beadle}.",
    "Shares after tuning run from {a tinker} (tinker) to {a brewer} (brewer).",
    "From {b potter} before tuning, the potter climbs to {a potter}.",
    "The potter, at {b potter} before tuning, ends at {a potter}.",
    "The potter's share was {b potter}. After tuning it is {a potter}.",
    "With {a astronomer}, the astronomer comes second after tuning.",
    "Second comes the astronomer (after tuning: {a astronomer}, before: {b astronomer}).",
    "Among the astronomer's replies {b astronomer} hedged before tuning and {a astronomer} afterwards.",
    "Tuning takes the astronomer to {a astronomer}.",
    "By contrast, the ferryman (n = 250) rose to {a ferryman}.",
    "The beadle, which started at {b beadle}, overtook the weaver, which started at {b weaver}.",
]


@pytest.mark.parametrize("shape", [*SHAPES, "none"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_whose_value(sentence: str, shape: str) -> None:
    dataset = SHAPES[shape]() if shape in SHAPES else None
    assert complaints(filled(sentence), dataset) == []
    for i in range(len(SLOT.findall(sentence))):
        assert complaints(filled(sentence, i), dataset), filled(sentence, i)


OTHER_STATE = [
    "The potter reaches {a potter} after tuning.",
    "After tuning, the share is {a potter} for the potter and {a weaver} for the weaver.",
    "Before tuning, the potter and the weaver stood at {b potter} and {b weaver}.",
    "Second comes the astronomer ({a astronomer} after, {b astronomer} before).",
    "After tuning the potter and the weaver reach {a potter} and {a weaver}.",
]


@pytest.mark.parametrize("shape", [*SHAPES, "none"])
@pytest.mark.parametrize("sentence", OTHER_STATE)
def test_in_which_state(sentence: str, shape: str) -> None:
    dataset = SHAPES[shape]() if shape in SHAPES else None
    assert complaints(filled(sentence), dataset) == []
    for i, match in enumerate(SLOT.finditer(sentence)):
        turned = f"{{{'b' if match[1] == 'a' else 'a'} {match[2]}}}"
        found = filled(sentence[: match.start()] + turned + sentence[match.end() :])
        assert complaints(found, dataset), f"{i}: {found}"


@pytest.mark.parametrize(
    "sentence",
    [
        "After controlling for length the potter keeps {b potter}.",
        "The potter had the lowest share before, {b potter}, and came to {a potter}.",
        "The potter is at {b potter}, after 12 rounds at {a potter}.",
    ],
)
def test_no_state_is_said(sentence: str) -> None:
    assert complaints(filled(sentence), by_record()) == []


WHOLES = [
    "Taken together, the speakers hedge in {0} of replies before tuning and in {1} after.",
    "Overall the share goes from {0} to {1}.",
    "Over all speakers, {0} becomes {1}.",
]


@pytest.mark.parametrize("shape", [*SHAPES, "none"])
@pytest.mark.parametrize("sentence", WHOLES)
def test_rates_of_everything(sentence: str, shape: str) -> None:
    dataset = SHAPES[shape]() if shape in SHAPES else None
    assert complaints(sentence.format(*POOLED), dataset) == []
    assert complaints(sentence.format(POOLED[0], percent(172)), dataset)
    misprint = ("9" if POOLED[1][0] != "9" else "8") + POOLED[1][1:]
    assert complaints(sentence.format(POOLED[0], misprint), dataset)


@pytest.mark.parametrize(
    "sentence",
    [
        "Across all speakers the highest share after tuning is 80.4%.",
        "Overall, without the brewer, 41.3% of replies hedge.",
        "Pooled over speakers, 68.8% of the variance is explained.",
    ],
)
def test_no_rate_of_everything(sentence: str) -> None:
    assert complaints(sentence, by_record()) == []
