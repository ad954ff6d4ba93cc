"""One case for each kind of violation: where it is found, and what the message says."""

from __future__ import annotations

import copy
import dataclasses
import importlib.util
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leakstats.errors import ContractError, LeakstatsError
from leakstats.files import sha256_of
from leakstats.results import document_violations, from_document, load, save, to_document, validate_file

_spec = importlib.util.spec_from_file_location("small_results", Path(__file__).with_name("small.py"))
assert _spec is not None
assert _spec.loader is not None
small = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(small)

Document = dict[str, Any]
DELETE = object()


def at(pointer: str, value: Any) -> Callable[[Document], None]:
    """Put ``value`` (or DELETE) at a JSON pointer."""

    def change(document: Document) -> None:
        place: Any = document
        *way, last = pointer.strip("/").split("/")
        for part in way:
            place = place[int(part)] if isinstance(place, list) else place[part]
        if value is DELETE:
            del place[last]
        else:
            place[int(last) if isinstance(place, list) else last] = value

    return change


def both(*changes: Callable[[Document], None]) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        for c in changes:
            c(document)

    return change


def test_the_small_document_is_valid() -> None:
    assert document_violations(small.document()) == []


T, S, P = "/tables/0", "/similarity/0", "/plan"
NEW_COVARIATE = {"unit": "", "values": [1, 2]}

CASES: list[tuple[str, Callable[[Document], None], str, str]] = [
    # the schema: headers, unknown keys, types of columns
    ("missing section", at("/design", DELETE), "", r"misses 'design'"),
    ("unknown key", at("/study/name", "x"), "/study", r"unknown key\(s\) 'name'"),
    ("other version", at("/schema", "results.v9"), "/schema", r"\"results.v9\"; this command reads results.v1"),
    ("no version", at("/schema", DELETE), "/schema", "is missing"),
    ("column is no array", at(f"{T}/successes", 3), f"{T}/successes", r"is 3; expected array"),
    ("counts missing", at(f"{T}/successes", DELETE), T, r"misses 'successes'"),
    ("unknown role", at(f"{T}/role", "leak"), f"{T}/role", r"\"leak\"; expected one of \"leakage\""),
    ("bad factor name", at(f"{T}/factors/Bad Name", [0, 0, 0, 0]), f"{T}/factors", "Bad Name"),
    ("alpha in percent", at(f"{P}/alpha", 5), f"{P}/alpha", "5 is greater than or equal to the maximum of 1"),
    # declarations
    (
        "level twice",
        at("/factors/layer/levels", [10, 10]),
        "/factors/layer/levels/1",
        r"is 10 again; levels must be dist",
    ),
    (
        "layer as text",
        at("/factors/layer/levels/1", "20"),
        "/factors/layer/levels/1",
        r"\"20\"; levels of layer are whole",
    ),
    (
        "layer 20.0",
        at("/factors/layer/levels/1", 20.0),
        "/factors/layer/levels/1",
        r"is 20.0; expected text, a whole num",
    ),
    (
        "source no persona",
        at("/factors/source/levels/1", "ghost"),
        "/factors/source/levels/1",
        r"\"ghost\", no persona",
    ),
    ("condition is a number", at("/factors/condition/levels/0", 1), "/factors/condition/levels/0", "are text"),
    ("question unlisted", at("/factors/question/levels/1", "q9"), "/factors/question/levels/1", r"\"q9\", no question"),
    ("questions missing", at("/questions", DELETE), "/factors/question/levels", "no questions"),
    ("factor called rate", at("/factors/rate", {"levels": ["x"]}), "/factors/rate", "as a column of values is"),
    (
        "attribute short",
        at("/factors/persona/attributes/label/values", ["V"]),
        "/factors/persona/attributes/label/values",
        r"has 1 entries; factors.persona.levels has 3",
    ),
    (
        "attribute of wrong type",
        at("/factors/persona/attributes/label/values/1", [1]),
        "/factors/persona/attributes/label/values/1",
        r"is \[1\]; expected text, a number or null",
    ),
    ("persona twice", at("/personas/name/2", "clerk"), "/personas/name/2", r"\"clerk\" again .*|is \"clerk\" again"),
    ("persona null", at("/personas/name/2", None), "/personas/name/2", "is null; expected text"),
    ("prompt column short", at("/personas/prompt", ["x"]), "/personas/prompt", r"has 1 entries; personas.name has 3"),
    ("prompt is a number", at("/personas/prompt/0", 3), "/personas/prompt/0", "is 3; expected text or null"),
    (
        "related to nobody",
        at("/personas/related_to/2", ["ghost"]),
        "/personas/related_to/2",
        r"names \"ghost\", no persona",
    ),
    (
        "related to text",
        at("/personas/related_to/2", "clerk"),
        "/personas/related_to/2",
        "expected a list of persona names",
    ),
    (
        "covariate short",
        at("/personas/covariates/prompt_tokens/values", [1]),
        "/personas/covariates/prompt_tokens/values",
        "has 1 entries; personas.name has 3",
    ),
    (
        "covariate as text",
        at("/personas/covariates/prompt_tokens/values/0", "4"),
        "/personas/covariates/prompt_tokens/values/0",
        r"is \"4\"; expected a finite number or null",
    ),
    ("question id twice", at("/questions/id/1", "q1"), "/questions/id/1", "question ids must be distinct"),
    ("question text short", at("/questions/text", []), "/questions/text", "has 0 entries; questions.id has 2"),
    # rows of the tables
    ("negative count", at(f"{T}/successes/1", -3), f"{T}/successes/1", "is -3; a count is at least 0"),
    ("more than trials", at(f"{T}/successes/2", 21), f"{T}/successes/2", "is 21, more than its 20 trials"),
    (
        "more than one number of trials",
        at("/tables/1/successes/0", 11),
        "/tables/1/successes/0",
        "more than its 10 tri",
    ),
    ("count 3.0", at(f"{T}/successes/1", 3.0), f"{T}/successes/1", "is 3.0; expected a whole number"),
    ("count as text", at(f"{T}/successes/1", "3"), f"{T}/successes/1", r"is \"3\"; expected a whole number"),
    ("count null", at(f"{T}/successes/1", None), f"{T}/successes/1", "is null; expected a whole number"),
    ("count true", at(f"{T}/successes/1", True), f"{T}/successes/1", "is true; expected a whole number"),
    ("count NaN", at(f"{T}/successes/1", float("nan")), f"{T}/successes/1", "is NaN; expected a whole number"),
    (
        "count beyond int64",
        at(f"{T}/successes/1", 10**30),
        f"{T}/successes/1",
        "is 10000000.*; expected a whole number",
    ),
    ("no trials", at(f"{T}/trials/1", 0), f"{T}/trials/1", "is 0; a cell has at least one trial"),
    ("one number of trials 0", at("/tables/1/trials", 0), "/tables/1/trials", "0 is less than the minimum of 1"),
    ("trials 10.0", at("/tables/1/trials", 10.0), "/tables/1/trials", "is 10.0; expected a whole number"),
    (
        "trials not the product",
        at(f"{T}/trials/3", 30),
        f"{T}/trials/3",
        r"is 30; summed_over gives 20 \(2 question x 10 c",
    ),
    ("product of one number", at("/tables/1/trials", 30), "/tables/1/trials", "is 30; summed_over gives 10"),
    (
        "summed factor",
        at(f"{T}/summed_over/persona", 1),
        f"{T}/summed_over/persona",
        "summed over and also in this table's f",
    ),
    (
        "summed constant",
        at(f"{T}/summed_over/condition", 1),
        f"{T}/summed_over/condition",
        "also in this table's constan",
    ),
    (
        "summed 2.0",
        at(f"{T}/summed_over/question", 2.0),
        f"{T}/summed_over/question",
        "is 2.0; expected a whole number",
    ),
    (
        "more questions than listed",
        both(at(f"{T}/summed_over/question", 4), at(f"{T}/summed_over/completion", 5)),
        f"{T}/summed_over/question",
        "is 4; the file has 2 questions",
    ),
    ("column short", at(f"{T}/successes", [1, 2]), f"{T}/successes", "has 2 entries; the first factor has 4"),
    ("code too large", at(f"{T}/factors/source/3", 2), f"{T}/factors/source/3", r"is 2; codes of source lie in 0..1"),
    ("code negative", at(f"{T}/factors/source/3", -1), f"{T}/factors/source/3", r"is -1; codes of source lie in 0..1"),
    ("code as level", at(f"{T}/factors/source/3", "clerk"), f"{T}/factors/source/3", "expected a whole number"),
    (
        "factor undeclared",
        at(f"{T}/factors/month", [0, 1, 0, 1]),
        f"{T}/factors/month",
        r"factor \"month\" is not declared",
    ),
    ("constant undeclared", at(f"{T}/constants/month", "may"), f"{T}/constants/month", "is not declared"),
    (
        "constant no level",
        at(f"{T}/constants/condition", "later"),
        f"{T}/constants/condition",
        r"\"later\", no level of cond",
    ),
    (
        "constant 42 as text",
        at(f"{T}/constants/training_seed", "42"),
        f"{T}/constants/training_seed",
        "no level of tra",
    ),
    (
        "constant and factor",
        at(f"{T}/constants/source", "clerk"),
        f"{T}/constants/source",
        "also a factor of this table",
    ),
    (
        "cell twice",
        at(f"{T}/factors/persona", [2, 2, 0, 2]),
        f"{T}/factors/source/1",
        r"repeats the cell source=\"villain\", persona=\"nurse\" of row 0",
    ),
    ("table id twice", at("/geometry/0/id", "own"), "/geometry/0/id", r"is \"own\" again \(first at /tables/1\)"),
    (
        "printed in counted",
        at(f"{T}/printed", ["1"] * 4),
        f"{T}/printed",
        r"does not belong in a table of kind \"counted\"",
    ),
    ("trials in reported", at("/tables/2/trials", 200), "/tables/2/trials", r"kind \"reported\""),
    (
        "no rate",
        at("/tables/2/printed/0", "12.5 pp"),
        "/tables/2/printed/0",
        r"\"12.5 pp\", which is not a rate in percent",
    ),
    ("rate above 100 %", at("/tables/2/printed/0", "125"), "/tables/2/printed/0", "which is not a rate in percent"),
    ("printed is a number", at("/tables/2/printed/0", 12.5), "/tables/2/printed/0", "is 12.5; expected text or null"),
    ("low of other digits", at("/tables/2/low/0", 0.12), "/tables/2/low/0", r"is 0.12; \"12.5\" allows 0.1245"),
    ("high null", at("/tables/2/high/0", None), "/tables/2/high/0", r"is null; \"12.5\" allows 0.1255"),
    ("low without print", at("/tables/2/low/1", 0.1), "/tables/2/low/1", "is 0.1 although nothing is printed"),
    ("low as text", at("/tables/2/low/0", "0.1245"), "/tables/2/low/0", "expected a finite number or null"),
    (
        "impossible rate",
        both(
            at("/tables/2/printed/0", "41.3"),
            at("/tables/2/low/0", 0.4125),
            at("/tables/2/high/0", 0.4135),
            at("/tables/2/declared_trials", 100),
        ),
        "/tables/2/printed/0",
        r"is \"41.3\"; no whole number of 100 completions prints as that",
    ),
    (
        "disputed without reason",
        at("/tables/2/trials_status", "disputed"),
        "/tables/2/trials_reason",
        "trials are disputed",
    ),
    ("declared without trials", at("/tables/2/declared_trials", None), "/tables/2/declared_trials", "is null although"),
    ("declared 200.0", at("/tables/2/declared_trials", 200.0), "/tables/2/declared_trials", "expected a whole number"),
    (
        "unknown but given",
        both(at("/tables/2/trials_status", "unknown"), at("/tables/2/trials_reason", "lost")),
        "/tables/2/trials_status",
        "although declared_trials is given",
    ),
    # similarities
    ("cosine above 1", at(f"{S}/values/3", 1.1), f"{S}/values/3", r"is 1.1; a cosine lies in \[-1, 1\]"),
    ("cosine below -1", at(f"{S}/values/2", -1.00001), f"{S}/values/2", r"a cosine lies in \[-1, 1\]"),
    ("cosine infinite", at(f"{S}/values/2", float("inf")), f"{S}/values/2", "is Infinity; expected a finite number"),
    ("cosine as text", at(f"{S}/values/0", "0.5"), f"{S}/values/0", "expected a finite number or null"),
    ("cosine true", at(f"{S}/values/0", True), f"{S}/values/0", "is true; expected a finite number or null"),
    ("missing unexplained", at(f"{S}/missing_reason", None), f"{S}/missing_reason", "missing although 1 value is null"),
    ("similarity twice", at(f"{S}/factors/persona", [1, 1, 0, 2]), f"{S}/factors/source/1", "repeats the cell"),
    ("reference unknown", at(f"{S}/reference", "ghost"), f"{S}/reference", r"is \"ghost\", no persona of this file"),
    ("centring n", at(f"{S}/centring/n", 4), f"{S}/centring/n", "is 4; personas lists 3"),
    ("centring member", at(f"{S}/centring/personas/0", "ghost"), f"{S}/centring/personas/0", "no persona of this file"),
    ("printed in measured", at(f"{S}/printed", ["1"] * 4), f"{S}/printed", r"kind \"measured\""),
    ("printed missing", at("/similarity/1/printed", DELETE), "/similarity/1", "misses 'printed'"),
    (
        "value not as printed",
        at("/similarity/1/values/0", -0.37),
        "/similarity/1/values/0",
        r"is -0.37, but \"−0.36\" is pri",
    ),
    ("value not printed", at("/similarity/1/values/1", 0.1), "/similarity/1/values/1", "is 0.1, but null is printed"),
    ("value null but printed", at("/similarity/1/values/0", None), "/similarity/1/values/0", r"is null, but \"−0.36\""),
    ("printed no number", at("/similarity/1/printed/0", "high"), "/similarity/1/printed/0", "is not a plain number"),
    # geometry, arrays
    (
        "geometry column short",
        at("/geometry/0/columns/mean/values", [1]),
        "/geometry/0/columns/mean/values",
        "has 1 entries",
    ),
    (
        "geometry cosine",
        at("/geometry/0/columns/mean/values/0", 2),
        "/geometry/0/columns/mean/values/0",
        "a cosine lies in",
    ),
    (
        "geometry fraction",
        at("/geometry/0/columns/p/values/0", -0.1),
        "/geometry/0/columns/p/values/0",
        r"lies in \[0, 1\]",
    ),
    ("geometry null", at("/geometry/0/columns/p/values/0", None), "/geometry/0/reason_missing", "1 value is null"),
    ("array above", at("/arrays/0/path", "../hidden.npy"), "/arrays/0/path", "leaves the folder of this file"),
    ("array absolute", at("/arrays/0/path", "/etc/hidden.npy"), "/arrays/0/path", "leaves the folder of this file"),
    ("array on a drive", at("/arrays/0/path", "C:\\hidden.npy"), "/arrays/0/path", "leaves the folder of this file"),
    ("array axes", at("/arrays/0/axes", ["persona"]), "/arrays/0/axes", "names 1 axes; shape has 3"),
    ("array hash", at("/arrays/0/sha256", "abc"), "/arrays/0/sha256", "does not match"),
    # design
    ("unit unknown", at("/design/unit", "animal"), "/design/unit", r"is \"animal\", no factor of this file"),
    ("cluster unknown", at("/design/clusters/0", "animal"), "/design/clusters/0", "no factor of this file"),
    ("paired unknown", at("/design/paired/0", "animal"), "/design/paired/0", "no factor of this file"),
    ("crossed unknown", at("/design/crossed/0/1", "animal"), "/design/crossed/0/1", "no factor of this file"),
    ("crossed with itself", at("/design/crossed/0/1", "source"), "/design/crossed/0", r"names \"source\" twice"),
    (
        "not nested",
        both(at("/design/crossed", []), at("/design/nested", [["persona", "source"]])),
        "/design/nested/0",
        r"persona \"nurse\" occurs under 2 levels of source \(\"villain\", \"clerk\"\) in table \"leakage\"",
    ),
    (
        "nested and crossed",
        at("/design/nested", [["source", "persona"]]),
        "/design/nested/0",
        "declared crossed as well",
    ),
    (
        "seeds not counted",
        at("/design/replication/training_seed/n", 2),
        "/design/replication/training_seed/n",
        "values lists 1",
    ),
    (
        "seeds against the factor",
        at("/design/replication/training_seed", {"n": 2, "reason": "two"}),
        "/design/replication/training_seed/n",
        "is 2; factor training_seed has 1 levels",
    ),
    (
        "seed twice",
        at("/design/replication/sampling_seed", {"n": 2, "values": [1, 1]}),
        "/design/replication/sampling_seed/values/1",
        "seeds must be distinct",
    ),
    (
        "seeds unknown without reason",
        at("/design/replication/sampling_seed/reason", None),
        "/design/replication/sampling_seed/reason",
        "is missing although n is null",
    ),
    # plan
    ("registered without date", at(f"{P}/registered_on", None), f"{P}/registered_on", "missing although status is"),
    (
        "registered without hash",
        at(f"{P}/registered_hash", DELETE),
        f"{P}/registered_hash",
        "missing although status is",
    ),
    ("registered after the data", at(f"{P}/registered_on", "2026-02-01"), f"{P}/registered_on", r"later than the data"),
    ("primary outcome", at(f"{P}/primary/outcome", "cosine"), f"{P}/primary/outcome", r"\"cosine\", no table of rates"),
    (
        "primary predictor",
        at(f"{P}/primary/predictor", "size"),
        f"{P}/primary/predictor",
        "no similarity, geometry or per",
    ),
    ("primary layer", at(f"{P}/primary/layer", 30), f"{P}/primary/layer", "is 30, no level of the factor layer"),
    ("primary source", at(f"{P}/primary/source", "nurse"), f"{P}/primary/source", "no level of the factor source"),
    (
        "primary layer without values",
        both(
            at(f"{S}/constants", {}),
            at(f"{S}/factors/layer", [0, 0, 0, 0]),
            at(f"{P}/primary/layer", 20),
        ),
        f"{P}/primary/layer",
        r"is 20, for which \"cosine\" has no values",
    ),
    ("family twice", at(f"{P}/families", [{"name": "a", "correction": "holm"}] * 2), f"{P}/families/1/name", "again"),
    (
        "covariate unknown",
        at(f"{P}/covariates/0/from", "age"),
        f"{P}/covariates/0/from",
        r"\"age\", no persona covariate",
    ),
    (
        "logarithm of zero",
        at("/personas/covariates/prompt_tokens/values/2", 0),
        f"{P}/covariates/0/transform",
        r"is \"log\", but prompt_tokens of \"nurse\" is 0",
    ),
    ("new point unknown", at(f"{P}/new_points/0", "ghost"), f"{P}/new_points/0", "no persona of this file"),
    ("new point fitted", at(f"{P}/new_points/0", "clerk"), f"{P}/new_points/0", "is a fit point too"),
    (
        "excluded unknown",
        at(f"{P}/exclusions/0/persona", "ghost"),
        f"{P}/exclusions/0/persona",
        "no persona of this file",
    ),
    ("control table", at(f"{P}/controls/0/table", "x"), f"{P}/controls/0/table", r"\"x\", no table of rates"),
    (
        "control source",
        at(f"{P}/controls/0/source", "nurse"),
        f"{P}/controls/0/source",
        "no level of the factor source",
    ),
    # samples, detector
    ("sample persona", at("/samples/0/persona", "ghost"), "/samples/0/persona", "no persona of this file"),
    ("sample source", at("/samples/0/source", "nurse"), "/samples/0/source", "no level of the factor source"),
    ("sample condition", at("/samples/0/condition", "later"), "/samples/0/condition", "no level of condition"),
    ("sample question", at("/samples/0/question", "q9"), "/samples/0/question", "no question of this file"),
    (
        "sample verdict",
        at("/samples/0/marker", False),
        "/samples/0/marker",
        "is false, but the detector's pattern is in the",
    ),
    ("sample verdict, other way", at("/samples/1/marker", True), "/samples/1/marker", "pattern is not in the text"),
    ("pattern missing", at("/detector/pattern", None), "/detector/pattern", r"is null although kind is \"substring\""),
    (
        "pattern broken",
        at("/detector", {"kind": "regex", "pattern": "(", "error_rate": 0}),
        "/detector/pattern",
        "no regular",
    ),
    (
        "error rate unexplained",
        at("/detector/error_reason", None),
        "/detector/error_reason",
        "missing although no error_rate",
    ),
    # origin
    ("date", at("/study/created", "2026-13-01"), "/study/created", r"is \"2026-13-01\", no date"),
    ("date without dashes", at("/provenance/made_on", "20260102"), "/provenance/made_on", "no date"),
    ("null without reason", at("/provenance/commit", None), "/provenance/commit", "is null without a reason"),
    (
        "seeds null",
        at("/provenance/unknown/seeds.sampling", DELETE),
        "/provenance/seeds/sampling",
        "null without a reason",
    ),
    (
        "reason without null",
        at("/provenance/unknown/commit", "lost"),
        "/provenance/unknown/commit",
        r"but it is \"abc\"",
    ),
    (
        "reason for nothing",
        at("/provenance/unknown/colour", "lost"),
        "/provenance/unknown/colour",
        "which is not there",
    ),
    ("setup null", at("/setup/unknown", {}), "/setup/training/Loss", "is null without a reason"),
    ("setup reason", at("/setup/unknown/training.LR", "lost"), "/setup/unknown/training.LR", r"but it is \"1e-5\""),
    ("runs unlisted", at("/runs/runs", []), "/runs/not_logged", "is missing although no run is listed"),
]


@pytest.mark.parametrize(("change", "pointer", "message"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_violation(change: Callable[[Document], None], pointer: str, message: str) -> None:
    document = small.document()
    change(document)
    found = document_violations(document)
    here = [v for v in found if v.pointer == pointer]
    assert here, f"found instead: {[str(v) for v in found]}"
    assert any(re.search(message, v.message) for v in here), [v.message for v in here]


def test_every_case_has_its_own_name() -> None:
    names = [c[0] for c in CASES]
    assert len(set(names)) == len(names)


def test_all_violations_are_listed_at_once() -> None:
    document = small.document()
    for change in (
        at(f"{T}/successes/0", -1),
        at(f"{T}/successes/3", 99),
        at(f"{S}/values/3", 7),
        at("/design/unit", "animal"),
        at("/study/created", "yesterday"),
        at("/plan/alpha", 5),
    ):
        change(document)
    pointers = {v.pointer for v in document_violations(document)}
    assert pointers >= {
        f"{T}/successes/0", f"{T}/successes/3", f"{S}/values/3", "/design/unit", "/study/created", "/plan/alpha"
    }  # fmt: skip


def test_many_bad_rows_are_listed_five_times_and_counted() -> None:
    document = small.document()
    n = 300
    document["factors"]["question"]["levels"] = [f"q{i}" for i in range(n)]
    document["questions"] = {"id": [f"q{i}" for i in range(n)]}
    document["tables"][0] |= {
        "factors": {"question": list(range(n))},
        "successes": [-1] * 128 + [0] * (n - 128),
        "trials": 10,
        "summed_over": {"completion": 10},
    }
    document["plan"]["primary"] = None
    found = [v for v in document_violations(document) if v.pointer.startswith(f"{T}/successes")]
    assert [v.pointer for v in found] == [f"{T}/successes/{i}" for i in range(5)] + [f"{T}/successes"]
    assert found[-1].message == "and 123 more rows of this kind, up to row 127"


def test_trials_note_lifts_the_product_rule() -> None:
    document = small.document()
    document["tables"][0]["trials"] = [20, 20, 20, 17]
    assert document_violations(document)
    document["tables"][0]["trials_note"] = "three completions of the last cell were lost"
    assert document_violations(document) == []


def test_a_disputed_rate_needs_its_reason_and_passes_with_it() -> None:
    document = small.document()
    document["tables"][2] |= {
        "declared_trials": 3,
        "trials_status": "disputed",
        "trials_reason": "no k/3 prints as that",
    }
    assert document_violations(document) == []


def test_the_design_may_name_what_trials_sum_over() -> None:
    document = small.document()
    document["design"]["clusters"] = ["source", "completion"]
    assert document_violations(document) == []
    document["design"]["unit"] = "completion"
    (violation,) = document_violations(document)
    assert violation.pointer == "/design/unit"


def test_nesting_is_judged_where_the_sources_act() -> None:
    document = small.document()
    document["design"] |= {"crossed": [], "nested": [["persona", "source"]]}
    assert [v.pointer for v in document_violations(document)] == ["/design/nested/0"]
    document["tables"][0]["role"] = "other"
    assert document_violations(document) == []


@pytest.mark.slow
def test_555_000_cells_are_judged_in_well_under_a_second() -> None:
    """Measured 0.2 s; the limit leaves room for a busy machine."""
    document = small.document()
    n = 555_000
    document["factors"] |= {
        "question": {"levels": list(range(n // 100))},
        "sampling_seed": {"levels": list(range(100))},
    }
    document["questions"] = {"id": list(range(n // 100))}
    document["tables"][0] |= {
        "factors": {
            "question": np.repeat(np.arange(n // 100), 100).tolist(),
            "sampling_seed": np.tile(np.arange(100), n // 100).tolist(),
        },
        "successes": [3] * n,
        "trials": [10] * n,
        "summed_over": {"completion": 10},
    }
    document["samples"] = []
    document["design"]["replication"]["sampling_seed"] = {"n": 100, "reason": "numbered"}
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        assert document_violations(document) == []
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 1.0


def test_a_note_lifts_the_check_of_a_sample() -> None:
    document = small.document()
    document["samples"][1] |= {"marker": True, "note": "the end is cut"}
    assert document_violations(document) == []


@pytest.mark.parametrize("value", [None, 3, "x", [], [1], {}])
def test_any_json_value_is_judged_not_crashed_on(value: Any) -> None:
    assert document_violations(value)


def test_any_node_may_be_broken() -> None:
    """Every place of the document holding every kind of wrong value: violations or an equal round trip, no crash."""
    values: list[Any] = [None, -1, 1.5, 10**400, "", [], {}, True, [None], ["a"], {"a": 1}, float("nan"), DELETE]
    places: list[tuple[Any, ...]] = []

    def walk(node: Any, way: tuple[Any, ...]) -> None:
        if way:
            places.append(way)
        if isinstance(node, dict):
            for key, child in node.items():
                walk(child, (*way, key))
        elif isinstance(node, list):
            for i, child in enumerate(node[:2]):
                walk(child, (*way, i))

    walk(small.document(), ())
    rng = np.random.default_rng(5)
    accepted = 0
    for way in places:
        for pick in rng.choice(len(values), 3, replace=False).tolist():
            document = small.document()
            node = document
            for key in way[:-1]:
                node = node[key]
            if values[pick] is DELETE:
                del node[way[-1]]
            else:
                node[way[-1]] = copy.deepcopy(values[pick])
            if not document_violations(document):
                accepted += 1
                results = from_document(document)
                assert from_document(to_document(results)) == results
                assert document_violations(to_document(results)) == []
    assert accepted > 20


class TestFiles:
    def test_valid(self, tmp_path: Path) -> None:
        path = tmp_path / "results.json"
        path.write_text(json.dumps(small.document()), "utf-8")
        assert validate_file(path) == []
        assert load(path).study.id == "#1"

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(LeakstatsError, match=r"none.json: no such file"):
            validate_file(tmp_path / "none.json")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{", "not JSON: .* at line 1, column 2"),
            ('{"schema": NaN}', "NaN is no JSON value"),
            ('{"schema": "results.v1", "schema": "results.v1"}', "'schema' stands twice"),
            ("[1]", "expected an object that is a results.v1 file"),
        ],
    )
    def test_not_even_a_document(self, tmp_path: Path, text: str, message: str) -> None:
        path = tmp_path / "results.json"
        path.write_text(text, "utf-8")
        (violation,) = validate_file(path)
        assert violation.pointer == ""
        with pytest.raises(ContractError, match=message):
            load(path)

    def test_the_error_names_file_and_place(self, tmp_path: Path) -> None:
        path = tmp_path / "results.json"
        document = small.document()
        document["tables"][0]["successes"][1] = -3
        path.write_text(json.dumps(document), "utf-8")
        with pytest.raises(ContractError, match=r"results.json: 1 violation\n  /tables/0/successes/1: is -3") as caught:
            load(path)
        assert caught.value.violations[0].help

    def test_broken_results_are_not_written(self, tmp_path: Path) -> None:
        results = from_document(small.document())
        broken = dataclasses.replace(results, design=dataclasses.replace(results.design, unit="animal"))
        with pytest.raises(ContractError, match="/design/unit"):
            save(broken, tmp_path / "results.json")
        assert list(tmp_path.iterdir()) == []

    def test_unwritable(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(LeakstatsError, match=r"cannot be written.*nothing was changed"):
            save(from_document(small.document()), tmp_path / "file" / "results.json")

    @pytest.fixture
    def with_array(self, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
        (tmp_path / "arrays").mkdir()
        target = tmp_path / "arrays/hidden.npy"
        np.save(target, np.zeros((3, 2, 4), dtype=np.float32))
        document = small.document()
        document["arrays"][0]["sha256"] = sha256_of(target.read_bytes())
        return tmp_path, document

    def test_array_file(self, with_array: tuple[Path, dict[str, Any]]) -> None:
        folder, document = with_array
        assert document_violations(document, folder=folder) == []

    @pytest.mark.parametrize(
        ("pointer", "value", "message"),
        [
            ("sha256", "sha256:" + "1" * 64, "the file has sha256:"),
            ("shape", [3, 2, 5], "the file has 3, 2, 4"),
            ("dtype", "float64", "the file has float32"),
        ],
    )
    def test_array_file_differs(
        self, with_array: tuple[Path, dict[str, Any]], pointer: str, value: Any, message: str
    ) -> None:
        folder, document = with_array
        document["arrays"][0][pointer] = value
        (violation,) = document_violations(document, folder=folder)
        assert violation.pointer == f"/arrays/0/{pointer}"
        assert message in violation.message

    def test_array_file_absent_is_not_judged(self, tmp_path: Path) -> None:
        assert document_violations(small.document(), folder=tmp_path) == []

    def test_array_link_that_leads_out(self, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        np.save(outside / "hidden.npy", np.zeros(3))
        folder = tmp_path / "study"
        folder.mkdir()
        (folder / "arrays").symlink_to(outside)
        (violation,) = document_violations(small.document(), folder=folder)
        assert violation.pointer == "/arrays/0/path"


class TestCanaries:
    """Checks that a run made of itself."""

    def test_good(self) -> None:
        document = small.document()
        document["canaries"] = [
            {"name": "same-seed-repeats", "kind": "structural", "status": "passed", "detail": "eight seeds"},
            {"name": "source-rate", "kind": "rate", "status": "failed", "detail": "d", "value": 0.1, "threshold": 0.5},
        ]
        assert document_violations(document) == []
        assert from_document(document).canaries[1].status == "failed"

    def test_a_failed_structural_check_has_no_results(self) -> None:
        document = small.document()
        document["canaries"] = [{"name": "a", "kind": "structural", "status": "failed", "detail": "d"}]
        (violation,) = document_violations(document)
        assert violation.pointer == "/canaries/0/status"
        assert "mean nothing" in violation.message

    def test_a_rate_without_its_number(self) -> None:
        document = small.document()
        document["canaries"] = [{"name": "a", "kind": "rate", "status": "passed", "detail": "d", "value": 0.1}]
        (violation,) = document_violations(document)
        assert violation.pointer == "/canaries/0/threshold"
