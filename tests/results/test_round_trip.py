"""Generated results survive saving and loading, and both keep the contract."""

from __future__ import annotations

import dataclasses
import itertools
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leakstats.files import dump_json
from leakstats.results import (
    ArrayFile,
    Attribute,
    Canary,
    CellTable,
    Centring,
    Control,
    CovariateSpec,
    Design,
    Detector,
    Exclusion,
    Factor,
    FactorInfo,
    Family,
    GeometryTable,
    NamedColumn,
    Personas,
    Plan,
    Primary,
    Questions,
    Replication,
    Reported,
    Results,
    Sample,
    SimilarityTable,
    Study,
    document_violations,
    from_document,
    load,
    save,
    to_document,
)
from leakstats.results.printed import printed_rate

TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
NULL_TEXT = st.none() | TEXT
FINITE = st.floats(allow_nan=False, allow_infinity=False)
FIELDS = ("commit", "dirty", "repository", "command", "python", "packages", "hardware", "wall_time_s", "gpu_hours")
FIELDS += ("inputs", "made_by", "made_on")


def _take(draw: st.DrawFn, size: int, width: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Rows of a full crossing of ``size`` cells, without repetition."""
    rows = draw(st.lists(st.integers(0, size - 1), unique=True, max_size=width))
    return np.array(rows, dtype=np.int64)


@st.composite
def all_results(draw: st.DrawFn) -> Results:
    """Results that use every part of the contract, with awkward names and numbers."""
    names = tuple(draw(st.lists(TEXT, min_size=2, max_size=5, unique=True)))
    sources = names[: draw(st.integers(1, len(names)))]
    questions = tuple(
        draw(st.lists(TEXT | st.integers(-5, 5), min_size=1, max_size=4, unique_by=lambda v: (type(v), v)))
    )
    layers = tuple(draw(st.lists(st.integers(0, 80), min_size=1, max_size=3, unique=True)))
    n = len(names)
    factors = {
        "source": FactorInfo(levels=sources),
        "persona": FactorInfo(
            levels=names, attributes={"label": Attribute(values=tuple(draw(NULL_TEXT) for _ in names))}
        ),
        "question": FactorInfo(levels=questions, description=draw(TEXT)),
        "layer": FactorInfo(levels=layers),
        "checkpoint": FactorInfo(levels=(0, "final")),
    }
    grid = np.array(list(itertools.product(range(len(sources)), range(n), range(len(questions)))), dtype=np.int64)
    part = grid[_take(draw, len(grid), 30)].reshape(-1, 3)
    trials = draw(st.integers(1, 50))
    noted = draw(st.booleans())
    n_trials = np.array([draw(st.integers(1, 60)) if noted else trials for _ in part], dtype=np.int64)
    successes = np.array([draw(st.integers(0, int(t))) for t in n_trials], dtype=np.int64)
    counted = CellTable(
        id="counted",
        outcome=draw(TEXT),
        role=draw(st.sampled_from(["leakage", "own_rate", "base", "control", "other"])),
        factors={
            name: Factor(factors[name].levels, part[:, i]) for i, name in enumerate(("source", "persona", "question"))
        },
        constants={"checkpoint": draw(st.sampled_from([0, "final"]))},
        counts=(successes, n_trials),
        summed_over={"completion": trials},
        trials_note=draw(TEXT) if noted else None,
    )
    some = _take(draw, n, n)
    printed = [draw(st.none() | st.integers(0, 1000).map(lambda k: f"{k / 10:.1f}")) for _ in some]
    bounds = [printed_rate(t, "percent") if t is not None else None for t in printed]
    reported = CellTable(
        id="reported",
        outcome="marker",
        role="other",
        factors={"persona": Factor(names, some)},
        reported=Reported(
            printed=tuple(printed),
            unit="percent",
            **{
                key: np.array([np.nan if b is None else b[i] for b in bounds], dtype=np.float64)
                for i, key in enumerate(("value", "low", "high"))
            },
            declared_trials=None,
            trials_status="unknown",
            trials_reason=draw(TEXT),
        ),
    )
    pairs = np.array(list(itertools.product(range(n), range(len(layers)))), dtype=np.int64)
    chosen = pairs[_take(draw, len(pairs), 20)].reshape(-1, 2)
    values = [draw(st.none() | st.floats(-1, 1)) for _ in chosen]
    similarity = SimilarityTable(
        id="similarity",
        measure="cosine",
        factors={"persona": Factor(names, chosen[:, 0]), "layer": Factor(layers, chosen[:, 1])},
        values=np.array([np.nan if v is None else v for v in values], dtype=np.float64),
        compared="x",
        missing_reason="lost",
        reference=draw(st.none() | st.sampled_from(names)),
        centring=draw(st.none() | st.just(Centring(set="all", method="mean", personas=names, n=n))),
        token_position=draw(NULL_TEXT),
        layer_convention=draw(NULL_TEXT),
    )
    geometry = GeometryTable(
        id="geometry",
        quantity="q",
        factors={"layer": Factor(layers, np.arange(len(layers)))},
        columns={"value": NamedColumn(values=np.array([draw(FINITE) for _ in layers]), unit="x")},
    )
    tokens = np.array([draw(st.none() | st.integers(1, 10**6)) or np.nan for _ in names], dtype=np.float64)
    return Results(
        study=Study(id=draw(TEXT), title=draw(TEXT), created=draw(st.none() | st.dates().map(str)), parents=("#1",)),
        factors=factors,
        personas=Personas(
            name=names,
            prompt=tuple(draw(NULL_TEXT) for _ in names),
            category=tuple(draw(NULL_TEXT) for _ in names),
            related_to=tuple(tuple(draw(st.lists(st.sampled_from(names), max_size=2))) for _ in names),
            covariates={"tokens": NamedColumn(values=tokens, unit="token", description=draw(TEXT))},
        ),
        questions=Questions(id=questions, text=tuple(draw(NULL_TEXT) for _ in questions), set=draw(TEXT)),
        tables=(counted, reported),
        similarity=(similarity,),
        geometry=(geometry,),
        arrays=(
            ArrayFile(
                id="a", path="x/y.npy", sha256="sha256:" + "a" * 64, shape=(1, 0), dtype="float32", axes=("a", "b")
            ),
        ),
        samples=(Sample(persona=names[0], prompt=draw(TEXT), text=draw(TEXT), marker=draw(st.booleans()), note="cut"),),
        samples_note=draw(NULL_TEXT),
        canaries=draw(
            st.just(())
            | st.just((Canary(name="c", kind="rate", status="failed", detail="d", value=0.1, threshold=0.5, unit="u"),))
        ),
        design=Design(
            unit="persona",
            unit_noun="personas",
            clusters=("source",),
            crossed=(("source", "persona"),),
            paired=("question",),
            independent=draw(TEXT),
            exchangeable=draw(TEXT),
            training_seed=Replication(n=2, values=(1, 2)),
            sampling_seed=Replication(n=None, reason=draw(TEXT)),
            notes=(draw(TEXT),),
        ),
        plan=Plan(
            status="exploratory",
            alpha=draw(st.floats(0.001, 0.5)),
            primary=draw(
                st.none()
                | st.just(Primary(analysis="a", statistic="s", outcome="counted", predictor="tokens", layer=layers[0]))
            ),
            families=(Family(name="f", correction="holm"),),
            covariates=(CovariateSpec(name="log_tokens", source="tokens", transform="log"),),
            new_points=names[:1],
            fit_points=draw(st.none() | st.just(names[1:])),
            margin=draw(st.none() | st.floats(0.01, 0.99)),
            exclusions=(Exclusion(persona=names[0], reason="r", decided="after"),),
            controls=(Control(table="counted", expected="zero", threshold=0.5, source=sources[0]),),
            deviations=(draw(TEXT),),
        ),
        detector=Detector(kind="judge", pattern=draw(NULL_TEXT), error_rate=draw(st.floats(0, 1))),
        setup={"model": {draw(TEXT): draw(TEXT | st.integers() | FINITE)}},
        runs={"project": draw(NULL_TEXT), "runs": [{"id": "r"}]},
        provenance={
            **dict.fromkeys(FIELDS),
            "seeds": {"training": [1, 2], "sampling": None},
            "unknown": {**dict.fromkeys(FIELDS, "lost"), "seeds.sampling": "lost"},
        },
    )


@given(all_results())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_load_of_save_is_the_same(results: Results) -> None:
    document = to_document(results)
    assert document_violations(document) == []
    assert from_document(json.loads(json.dumps(document))) == results
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.json"
        save(results, path)
        again = load(path)
        assert again == results
        assert dump_json(to_document(again)) == path.read_text("utf-8")


@given(all_results())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_change_is_seen(results: Results) -> None:
    """Equality is not vacuous: a changed count, value or word makes results differ."""
    table = results.tables[0]
    if table.n_cells:
        trials = table.trials + 1
        other = dataclasses.replace(table, counts=(table.successes, trials))
        assert dataclasses.replace(results, tables=(other, *results.tables[1:])) != results
    similarity = results.similarity[0]
    if similarity.n_rows:
        other_similarity = dataclasses.replace(similarity, values=np.where(np.isnan(similarity.values), 0.0, np.nan))
        assert dataclasses.replace(results, similarity=(other_similarity,)) != results
    assert dataclasses.replace(results, design=dataclasses.replace(results.design, unit="source")) != results


@given(all_results())
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_what_numpy_computed_becomes_plain_numbers(results: Results) -> None:
    computed = {
        **results.provenance,
        "gpu_hours": np.float64(0.5),
        "seeds": {"training": np.array([1]), "sampling": None},
    }
    computed["unknown"] = {k: v for k, v in results.provenance["unknown"].items() if k != "gpu_hours"}
    document = to_document(dataclasses.replace(results, provenance=computed))
    assert document_violations(document) == []
    assert (document["provenance"]["gpu_hours"], document["provenance"]["seeds"]["training"]) == (0.5, [1])
