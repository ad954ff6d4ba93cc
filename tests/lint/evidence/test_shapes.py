"""The same numbers in many shapes give the same facts, whatever their keys are called."""

from __future__ import annotations

import json

import pytest

from leakstats.lint.evidence.reading import read_dataset
from leakstats.lint.evidence.shapes import Dataset

RATES = {"villain": 57, "nurse": 12, "pirate": 31}
NESTED = json.dumps({"units": {k: {"k": v, "n": 100, "rate": v / 100} for k, v in RATES.items()}})
IN_PAIRS = json.dumps({"runs": {"tuned": {k: [v, 100] for k, v in RATES.items()}}})
RECORDS = json.dumps([{"who": k, "hits": v, "of": 100, "share_pct": v} for k, v in RATES.items()])
COLUMNS = json.dumps({"who": list(RATES), "hits": list(RATES.values()), "of": [100] * 3})
WIDE_CSV = "who,hits,of\n" + "".join(f"{k},{v},100\n" for k, v in RATES.items())
LONG_CSV = "who,metric,value\n" + "".join(f"{k},k,{v}\n{k},n,100\n" for k, v in RATES.items())
DOTTED = json.dumps({f"{k}.{m}": x for k, v in RATES.items() for m, x in (("hits", v), ("of", 100))})
KEYED = json.dumps({f"{m}[who={k}]": x for k, v in RATES.items() for m, x in (("hits", v), ("of", 100))})
BY_MEASURE = json.dumps({"hits": {f"all/{k}": v for k, v in RATES.items()} | {"all/mime": 3},
                         "of": {f"all/{k}": 100 for k in RATES} | {"all/mime": 100}})  # fmt: skip
INTERVALS = json.dumps({"who": list(RATES), "hits": list(RATES.values()), "of": [100] * 3, "ci": [[0.1, 0.7]] * 3})
STACKED_CSV = (
    "table,who,group,hits,of,layer,coef,p\n"
    + "".join(f"units,{k},{g},{v},100,,,\n" for (k, v), g in zip(RATES.items(), "aab", strict=True))
    + "fits,,,,,8,0.61,0.02\nfits,,,,,12,0.42,0.03\n"
)
RAGGED = json.dumps({"of": 100, "rounds": [0, 5, 10, 15], "who": list(RATES), "hits": list(RATES.values()),
                     "asked": [100] * 3})  # fmt: skip
BELOW = json.dumps({"rounds": [0, 5], "who": list(RATES), "tuned": {"hits": list(RATES.values()), "of": [100] * 3}})
PATHS = json.dumps({"about/seed": 3, "about/kit/gpu": "one"}
                   | {f"eval/{k}-1.5/hits": v for k, v in RATES.items()}
                   | {f"eval/{k}-1.5/of": 100 for k in RATES})  # fmt: skip
NAMED_BELOW = json.dumps({"runs": [{"of_what": {"who": k, "arm": "x"}, "got": {"hits": v, "of": 100}}
                                   for k, v in RATES.items()]})  # fmt: skip
FILLED_CSV = (
    "who,hits,of,coef,p,pairs\n"
    + "".join(f"{k},{v},100,,,\n" for k, v in RATES.items())
    + "".join(f"fit_{k},,,0.{v},0.0{v},40\n" for k, v in RATES.items())
)


def rates(data: Dataset) -> dict[str, float]:
    found = [s for s in data.series if s.fraction and not s.role and set(s.facts) >= set(RATES)]
    return {k: found[-1].facts[k].value for k in RATES}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", NESTED),
        ("a.json", IN_PAIRS),
        ("a.json", RECORDS),
        ("a.json", COLUMNS),
        ("a.json", INTERVALS),
        ("a.json", DOTTED),
        ("a.json", KEYED),
        ("a.json", BY_MEASURE),
        ("a.csv", WIDE_CSV),
        ("a.csv", LONG_CSV),
        ("a.csv", STACKED_CSV),
        ("a.json", RAGGED),
        ("a.json", BELOW),
        ("a.json", NAMED_BELOW),
        ("a.csv", FILLED_CSV),
    ],
    ids=[
        *("nested", "pairs", "records", "columns", "intervals", "dotted", "keyed", "by_measure", "wide", "long"),
        *("stacked", "ragged", "columns_below", "named_below", "filled"),
    ],
)
def test_rates_are_found_in_every_shape(name: str, text: str) -> None:
    assert rates(read_dataset(name, text)) == pytest.approx({k: v / 100 for k, v in RATES.items()})


def test_a_correlation_is_known_by_its_relation_to_p_and_n() -> None:
    data = read_dataset("a.json", json.dumps({"fit": {"a": -0.7392, "b": 0.00599, "c": 12, "d": 0.3}}))
    assert [(t.coefficient.value, t.n) for t in data.triples] == []  # 0.00599 is too coarse to know it by value alone
    named = read_dataset("a.json", json.dumps({"fit": {"a": -0.7392, "p": 0.00599, "c": 12, "d": 0.3}}))
    assert [(t.coefficient.value, t.n) for t in named.triples] == [(-0.7392, 12)]


def test_vectors_beside_each_other_hold_a_correlation_of_every_layer() -> None:
    fits = {"layer": [8, 16, 24], "a": [-0.7392, 0.31, 0.5], "p": [0.00599, 0.327, 0.0979], "c": [12, 12, 12]}
    data = read_dataset("a.json", json.dumps({"fits": fits}))
    assert [(t.coefficient.value, t.n, "#8" in t.names) for t in data.triples] == [
        (-0.7392, 12, True),
        (0.31, 12, False),
        (0.5, 12, False),
    ]


def test_the_checkpoints_of_a_course_are_no_measurement() -> None:
    course = {"a1": {"step": [0, 1, 2, 3], "hits": [1, 5, 9, 8], "of": [20, 20, 20, 20]}}
    course["b1"] = {"step": [0, 1, 2, 3], "hits": [2, 2, 4, 4], "of": [20, 20, 20, 20]}
    found = {(s.quantity, s.fraction): s.facts for s in read_dataset("a.json", json.dumps(course)).series if not s.role}
    assert found[("e1", True)]["a1"].value == 0.25
    assert not any(f.pointer.endswith("step/[1]") for facts in found.values() for f in facts.values())


def test_courses_give_start_peak_end_and_where_the_peak_is() -> None:
    rows = [
        {"who": w, "step": s, "rate": r}
        for w, rs in {"a1": (0.1, 0.6, 0.3), "b1": (0.2, 0.1, 0.4)}.items()
        for s, r in zip((0, 100, 200), rs, strict=True)
    ]
    data = read_dataset("a.json", json.dumps(rows))
    by_role = {s.role: s.facts["a1"].value for s in data.series if s.role and "a1" in s.facts}
    assert by_role == pytest.approx(
        {"first": 0.1, "last": 0.3, "max": 0.6, "min": 0.1, "net": 0.2, "gain": 0.5, "at": 100}
    )


@pytest.mark.parametrize("text", ["{", "[" * 100_000, ""])
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_dataset("a.json", text)


def test_keys_of_paths_of_several_lengths_are_read() -> None:
    found = {s.pointer: s for s in read_dataset("a.json", PATHS).series}
    assert {k: f.value for k, f in found["/eval/*/hits"].facts.items()} == {f"{k}15": v for k, v in RATES.items()}


def test_a_word_before_the_name_of_a_thing_is_no_part_of_it() -> None:
    fits = {f"source_{k}": {"r": v / 100} for k, v in RATES.items()} | {"all_layer_4": {"r": 0.2}}
    fits |= {"all_layer_8": {"r": 0.3}, "all_layer_12": {"r": 0.4}}
    data = read_dataset("a.json", json.dumps({"units": {k: {"hits": v} for k, v in RATES.items()}, "fits": fits}))
    found = {s.pointer: {k: f.value for k, f in s.facts.items()} for s in data.series}
    assert found["/fits/source,*/r"] == {k: v / 100 for k, v in RATES.items()}
    assert found["/fits/all,*/r"]["#8"] == 0.3


def test_the_word_before_a_field_belongs_to_it() -> None:
    row = {"own_rate": 0.1, "own_share": 0.2, "own_mean": 0.3}
    data = read_dataset("a.json", json.dumps(dict.fromkeys(("rate", "share", "mean"), row)))
    assert all("," not in s.pointer for s in data.series)
