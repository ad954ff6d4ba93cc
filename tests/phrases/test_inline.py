"""Phrases in a sentence: what they print, and how they refuse."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from leakstats.analysis.document import AnalysisDocument
from leakstats.errors import InputError, LeakstatsError
from leakstats.phrases import NAMES, evaluate, is_block, signature_of
from leakstats.phrases.inline import counted

SPEARMAN = "similarity.spearman"
CASES: list[tuple[str, list[Any], dict[str, Any], str]] = [
    ("rho", [], {"source": "villain", "layer": 20}, "ρ = 0.70 [0.58, 0.80], p < 1e−15, N = 110 bystanders"),
    ("rho", [], {"source": "nurse", "layer": 20, "show": "interval"}, "ρ = 0.12 [−0.07, 0.30]"),
    ("rho", [], {"source": "nurse", "layer": 20, "show": "bare"}, "0.12 [−0.07, 0.30]"),
    ("rho", [], {"source": "nurse", "layer": 20, "show": "symbol"}, "ρ = 0.12"),
    ("rho", [], {"source": "nurse", "layer": 20, "show": "p"}, "p = 0.21"),
    ("estimate", [f"{SPEARMAN}[layer=20,scope=combined]"], {"show": "n"}, "N = 3 sources, 330 rows"),
    ("estimate", ["prediction.predicted"], {"persona": "clown", "layer": 20, "show": "value"}, "31.0%"),
    (
        "estimate",
        [],
        {"analysis": "rates", "statistic": "own_rate", "source": "nurse", "show": "bare"},
        "80.0% [70.0%, 88.0%]",
    ),
    ("value", ["prediction.half_width"], {"persona": "poet"}, "41.1 pp"),
    ("value", [SPEARMAN], {"source": "nurse", "layer": 20, "plus": True, "decimals": 1}, "+0.1"),
    ("percent", ["rates.mean_rate"], {"source": "villain", "decimals": 0}, "40%"),
    ("points", ["rates.mean_rate[source=villain]", "rates.mean_rate[source=nurse]"], {}, "+35.2 pp"),
    ("points", ["prediction.half_width"], {"persona": "poet"}, "41.1 pp"),
    ("ratio", ["rates.mean_rate[source=villain]", "rates.mean_rate[source=nurse]"], {}, "7.7×"),
    ("n", [SPEARMAN], {"source": "villain", "layer": 20}, "110 bystanders"),
    ("p", [SPEARMAN], {"scope": "combined", "layer": 20, "method": "sign-flip"}, "p = 0.25"),
    ("p", [SPEARMAN], {"source": "nurse", "layer": 20, "adjusted": True, "named": True}, "p = 0.64 (holm of t over 3)"),
    ("interval", [SPEARMAN], {"scope": "combined", "layer": 20, "method": "prediction"}, "[−0.40, 0.90]"),
    ("detail", ["df", SPEARMAN], {"source": "nurse", "layer": 20}, "108"),
    ("cell", ["rates.cells", "rate"], {"source": "villain", "persona": "joker|x"}, "60.5%"),
    ("cell", ["influence.points", "cooks_d"], {"persona": "clown", "decimals": 3}, "0.413"),
    ("rate", ["rates.cells"], {"source": "villain", "persona": "joker|x"}, "60.5% [53.6%, 67.0%], 121/200"),
    ("k_of_n", [SPEARMAN], {"over": "source", "layer": 20, "interval_above": 0}, "2 of 3"),
    ("k_of_n", ["rates.cells:successes"], {"over": "persona", "source": "comedian", "equals": 0}, "3 of 4"),
    ("k_of_n", [SPEARMAN], {"over": "source", "layer": 20, "above": 0, "words": True}, "all 3"),
    ("k_of_n", [SPEARMAN], {"over": "source", "layer": 20, "above": 0.9, "words": True}, "none of 3"),
    ("k_of_n", [SPEARMAN], {"over": "source", "layer": 20, "above": f"{SPEARMAN}[layer=20,scope=combined]"}, "2 of 3"),
    ("names", [SPEARMAN], {"over": "source", "layer": 20, "interval_holds": 0}, "nurse"),
    ("names", [SPEARMAN], {"over": "source", "layer": 20, "p_below": 0.05}, "villain and comedian"),
    ("names", [SPEARMAN], {"over": "source", "layer": 20, "above": 1, "none": "no source"}, "no source"),
    ("range_of", [SPEARMAN], {"over": "source", "layer": 20}, "0.12 to 0.70"),
    ("range_of", ["prediction.half_width"], {"over": "persona", "layer": 20}, "41.1 to 41.1 pp"),
    ("range_of", ["rates.cells:rate"], {"over": "persona", "source": "nurse"}, "4.5% to 6.0%"),
    ("argmax", ["rates.cells:rate"], {"over": "persona", "source": "villain"}, "poet"),
    ("argmin", ["rates.cells:rate"], {"over": "persona", "source": "comedian"}, "clown, judge\\_@bob and joker\\|x"),
    ("how_many", ["rates.mean_rate"], {"over": "source"}, "3"),
    ("word", [SPEARMAN], {"source": "villain", "layer": 20, "up": "rises", "down": "falls", "flat": "stays"}, "rises"),
    ("word", [SPEARMAN], {"source": "nurse", "layer": 20, "up": "rises", "down": "falls", "flat": "stays"}, "stays"),
    ("either", [SPEARMAN], {"source": "villain", "layer": 20, "p_below": 0.05, "holds": "yes", "fails": "no"}, "yes"),
    ("either", [SPEARMAN], {"source": "nurse", "layer": 20, "p_below": 0.05, "holds": "yes", "fails": "no"}, "no"),
    ("either", [SPEARMAN], {"over": "source", "layer": 20, "above": 0, "holds": "all", "fails": "some"}, "all"),
    ("either", [SPEARMAN], {"over": "source", "layer": 20, "above": 0.5, "holds": "all", "fails": "some"}, "some"),
    ("require", [SPEARMAN], {"source": "villain", "layer": 20, "above": 0.5}, ""),
    ("require", ["rates.cells:rate"], {"over": "persona", "source": "nurse", "below": 0.1}, ""),
    ("setting", ["level"], {}, "95%"),
    ("setting", ["n_resamples"], {}, "9999"),
    ("setup", ["training", "LR"], {}, "1e-05"),
    ("study", ["title"], {}, "Leakage of a marker"),
    ("design", ["independent"], {}, "three runs"),
    ("label", [SPEARMAN], {"source": "nurse", "layer": 20}, "Spearman ρ, nurse, layer 20"),
]


@pytest.mark.parametrize(("function", "args", "kwargs", "expected"), CASES)
def test_prints(
    document: AnalysisDocument, function: str, args: list[Any], kwargs: dict[str, Any], expected: str
) -> None:
    assert evaluate(document, function, args, kwargs) == expected


REFUSALS: list[tuple[str, list[Any], dict[str, Any], str]] = [
    ("rhoo", [], {}, "no function is called 'rhoo'; did you mean 'rho'"),
    ("rho", [1], {}, "it is called as rho\\("),
    ("rho", [], {"source": "vilain", "layer": 20}, "has no source 'vilain'; did you mean 'villain'"),
    ("rho", [], {"layr": 20}, "has a facet 'layr'; did you mean 'layer'"),
    ("rho", [], {"source": "villain"}, "is one of 2 estimates: .*; add a facet"),
    ("rho", [], {"source": "villain", "layer": 20, "show": "vlaue"}, "show must be one of .*did you mean 'value'"),
    (
        "estimate",
        ["similarity.sperman[layer=20]"],
        {},
        "no estimate similarity.sperman; did you mean 'similarity.spearman'",
    ),
    ("estimate", ["nonsense"], {}, "analysis.statistic"),
    ("estimate", [3], {}, "named by text"),
    ("pearson", [], {"source": "villain", "layer": 20}, "has no value to print: the rates are constant"),
    ("p", ["rates.own_rate"], {"source": "villain"}, "has no p-value"),
    ("p", [SPEARMAN], {"source": "villain", "layer": 10, "adjusted": True}, "in no family"),
    ("interval", ["prediction.half_width"], {"persona": "poet"}, "has no interval"),
    ("detail", ["dff", SPEARMAN], {"source": "nurse", "layer": 20}, "no detail 'dff'; did you mean 'df'"),
    ("cell", ["rates.cell", "rate"], {}, "no table 'rates.cell'"),
    ("cell", ["rates.cells", "rat"], {"source": "nurse", "persona": "poet"}, "no column 'rat'; did you mean"),
    ("cell", ["rates.cells", "rate"], {"source": "nurse"}, "4 rows of table"),
    ("k_of_n", [SPEARMAN], {"over": "source", "layer": 20}, "say what holds for a member"),
    ("k_of_n", [SPEARMAN], {"over": "sauce", "layer": 20, "above": 0}, "no estimate|facet"),
    ("argmax", ["rates.cells:rate"], {"over": "persona"}, "several values for one persona"),
    (
        "require",
        [SPEARMAN],
        {"source": "nurse", "layer": 20, "above": 0.5},
        "requires above 0.5 .* the analysis says ρ = 0.12",
    ),
    ("require", [SPEARMAN], {"over": "source", "layer": 20, "above": 0.5}, "it is false for nurse: 0.12"),
    ("ratio", ["rates.mean_rate[source=villain]", "prediction.nothing"], {}, "no estimate"),
    ("setup", ["training", "LRR"], {}, "did you mean 'LR'"),
    ("setup", ["trainin", "LR"], {}, "did you mean 'training'"),
    ("word", [SPEARMAN], {"source": ["a"], "layer": 20, "up": "a", "down": "b", "flat": "c"}, "has no source 'a'"),
]


@pytest.mark.parametrize(("function", "args", "kwargs", "message"), REFUSALS)
def test_refuses_and_suggests(
    document: AnalysisDocument, function: str, args: list[Any], kwargs: dict[str, Any], message: str
) -> None:
    with pytest.raises(LeakstatsError, match=message):
        evaluate(document, function, args, kwargs)


@pytest.mark.parametrize("name", sorted(NAMES))
@pytest.mark.parametrize("odd", [None, [], ["a", 1], 1e308, -3, "x" * 5000, True, "a.b[c=", "\u202e"])
def test_any_argument_gives_text_or_one_of_our_errors(document: AnalysisDocument, name: str, odd: Any) -> None:
    for args in ([odd], [odd, odd], []):
        for kwargs in ({}, {"layer": odd}, {"over": odd, "above": odd}, {"limit": odd, "sort": odd}):
            try:
                assert isinstance(evaluate(document, name, args, kwargs), str)
            except LeakstatsError:
                continue


def test_unhashable_facets_are_a_message_not_a_crash(document: AnalysisDocument) -> None:
    with pytest.raises(LeakstatsError):
        evaluate(document, "rho", [], {"layer": [[20]]})


def test_names_are_documented_and_blocks_are_known() -> None:
    assert all(f.__doc__ for f in NAMES.values())
    assert is_block("table")
    assert not is_block("rho")
    assert signature_of("rho") == "rho(*, show='full', decimals=None, **facets)"


def test_importing_phrases_is_light() -> None:
    code = (
        "import sys, leakstats.phrases\n"
        "heavy = {'numpy', 'scipy', 'pandas', 'matplotlib', 'jsonschema', 'jinja2', 'yaml'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_bind_errors_name_the_signature(document: AnalysisDocument) -> None:
    with pytest.raises(InputError, match=r"k_of_n: missing a required"):
        evaluate(document, "k_of_n", [SPEARMAN], {})


@pytest.mark.parametrize(
    ("unit", "shown"),
    [("number", "0.405"), ("fraction", "40.5%"), ("points", "40.5 pp"), ("count", "0")],
)
def test_the_unit_is_the_entrys_own(raw: dict[str, Any], unit: str, shown: str) -> None:
    entry = next(e for e in raw["estimates"] if e["key"] == "rates.mean_rate[source=villain]")
    entry["unit"], entry["result"]["value"], entry["result"]["interval"] = unit, 0.405, None
    asked = {"source": "villain", **({"decimals": 3} if unit == "number" else {})}
    assert evaluate(AnalysisDocument(raw), "value", ["rates.mean_rate"], asked) == shown


def test_an_unknown_unit_is_refused(document: AnalysisDocument) -> None:
    with pytest.raises(InputError, match=r"unit must be one of percent, .*got 'percnt'; did you mean 'percent'"):
        evaluate(document, "estimate", ["rates.mean_rate"], {"source": "villain", "unit": "percnt"})


@pytest.mark.parametrize(
    ("noun", "one"),
    [
        ("bystanders", "1 bystander"),
        ("series", "1 series"),
        ("categories", "1 category"),
        ("analyses", "1 analysis"),
        ("stored values", "1 stored value"),
        ("boxes", "1 box"),
        ("cases", "1 case"),
        ("classes", "1 class"),
    ],
)
def test_one_of_many_is_said_in_the_singular(noun: str, one: str) -> None:
    assert counted(1, noun) == one
    assert counted(2, noun) == f"2 {noun}"
