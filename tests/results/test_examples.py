"""The five published studies as results files: made from the committed numbers, and nothing of those numbers lost."""

from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from leakstats.errors import DesignError
from leakstats.results import Results, load, save

STUDIES = ("assistant_variants", "convergence", "em_collapse", "persona100", "taxonomy200")


@pytest.fixture(scope="module")
def examples(project_root: Path) -> Path:
    return project_root / "examples"


@pytest.fixture(scope="module")
def maker(examples: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_results", examples / "make_results.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def records(results: Results, table: str, *columns: str) -> list[tuple[Any, ...]]:
    frame = results.to_pandas(table)
    return [tuple(r) for r in frame[list(columns)].itertuples(index=False)]


def of(r: dict[str, str], *columns: str) -> tuple[Any, ...]:
    return tuple(r[c] for c in columns)


@pytest.mark.parametrize("name", STUDIES)
def test_the_committed_file_is_what_the_script_makes(
    name: str, examples: Path, maker: ModuleType, tmp_path: Path
) -> None:
    save(maker.build(examples / name), tmp_path / "results.json")
    assert (tmp_path / "results.json").read_bytes() == (examples / name / "results.json").read_bytes()


@pytest.mark.parametrize("name", STUDIES)
def test_round_trip(name: str, examples: Path, maker: ModuleType, tmp_path: Path) -> None:
    loaded = load(examples / name / "results.json")
    assert loaded == maker.build(examples / name)
    save(loaded, tmp_path / "again.json")
    assert load(tmp_path / "again.json") == loaded


@pytest.mark.parametrize("name", STUDIES)
def test_inputs_are_hashed(name: str, examples: Path) -> None:
    inputs = load(examples / name / "results.json").provenance["inputs"]
    beside = {f"numbers/{f.name}" for f in (examples / name / "numbers").iterdir() if f.suffix in (".csv", ".json")}
    assert {i["path"] for i in inputs} == beside


@pytest.mark.shared
@pytest.mark.parametrize("name", STUDIES)
def test_committed_numbers_equal_the_shared_data(name: str, examples: Path, shared_dir: Path) -> None:
    compared = 0
    for mine in sorted((examples / name / "numbers").iterdir()):
        theirs = shared_dir / "data" / name / mine.name
        if mine.name in ("README.md", "samples.json"):
            continue
        assert mine.read_bytes() == theirs.read_bytes(), mine.name
        compared += 1
    assert compared >= 2


@pytest.mark.shared
def test_samples_are_completions_of_the_study(examples: Path, shared_dir: Path) -> None:
    every = json.loads((shared_dir / "data/em_collapse/completions_sample.json").read_text("utf-8"))
    for s in json.loads((examples / "em_collapse/numbers/samples.json").read_text("utf-8")):
        assert every[s["condition"]][s["persona"]][s["question_id"]][s["completion"]] == s["text"]


def personas_match(results: Results, source: list[dict[str, str]], name: str) -> None:
    """Name, category and prompt of every row stand in ``personas``, in order."""
    people = results.personas
    n = len(source)
    assert list(people.name[:n]) == [r[name] for r in source]
    assert list(people.prompt[:n]) == [r["prompt"] for r in source]
    if "category" in source[0]:
        assert list(people.category[:n]) == [r["category"] for r in source]


class TestPersona100:
    @pytest.fixture
    def results(self, examples: Path) -> Results:
        return load(examples / "persona100/results.json")

    @pytest.fixture
    def numbers(self, examples: Path) -> Path:
        return examples / "persona100/numbers"

    def test_leakage(self, results: Results, numbers: Path) -> None:
        source = rows(numbers / "leakage.csv")
        back = {
            (s, p): (int(k), int(n))
            for s, p, k, n in records(results, "bystander_rate", "source", "persona", "successes", "trials")
        }
        own = {s: (int(k), int(n)) for s, k, n in records(results, "own_rate", "source", "successes", "trials")}
        category = dict(zip(results.personas.name, results.personas.category, strict=True))
        assert len(back) + len(own) == len(source) == 555
        for r in source:
            counts = own[r["source"]] if r["is_source"] == "1" else back[r["source"], r["persona"]]
            assert counts == (int(r["found"]), int(r["total"]))
            assert counts[0] / counts[1] == float(r["rate"])
            assert r["category"] == category[r["persona"]]
            assert r["is_source"] == "0" or r["source"] == r["persona"]

    def test_a_source_is_a_bystander_of_the_others(self, results: Results) -> None:
        table = results.table("bystander_rate")
        sources = table.levels("source")
        assert len(sources) == 5
        for s in sources:
            part = table.select(source=s)
            assert part.n_cells == 110
            assert s not in part.levels("persona")
            assert set(sources) - {s} <= set(part.levels("persona"))

    def test_cosine(self, results: Results, numbers: Path) -> None:
        source = rows(numbers / "cosine.csv")
        back = {t[:3]: t[3] for t in records(results, "cosine", "source", "persona", "layer", "cosine")}
        assert len(back) == 4 * len(source) == 2200
        for r in source:
            for layer in (10, 15, 20, 25):
                assert back[r["source"], r["persona"], layer] == float(r[f"cos_L{layer}"])

    def test_personas_and_questions(self, results: Results, numbers: Path) -> None:
        source = rows(numbers / "personas.csv")
        personas_match(results, source, "persona")
        assert [";".join(x) for x in results.personas.related_to] == [r["related_to"] for r in source]
        assert [str(int(x == "source")) for x in results.personas.role] == [r["is_source"] for r in source]
        assert results.questions is not None
        assert list(results.questions.text) == json.loads((numbers / "questions.json").read_text("utf-8"))

    def test_similarity_meets_every_cell(self, results: Results, numbers: Path) -> None:
        cells = results.table("bystander_rate")
        values = results.similarity_table("cosine").values_for(cells, layer=20)
        stored = {of(r, "source", "persona"): float(r["cos_L20"]) for r in rows(numbers / "cosine.csv")}
        wanted = [stored[s, p] for s, p in zip(cells.column("source"), cells.column("persona"), strict=True)]
        assert values.tolist() == wanted


class TestAssistantVariants:
    @pytest.fixture
    def results(self, examples: Path) -> Results:
        return load(examples / "assistant_variants/results.json")

    def test_personas(self, results: Results, examples: Path) -> None:
        source = rows(examples / "assistant_variants/numbers/personas.csv")
        personas_match(results, source, "persona")
        counts = {t[0]: t[1:] for t in records(results, "source_rate", "source", "successes", "trials", "rate")}
        cosine = {t[:2]: t[2] for t in records(results, "cosine_to_assistant", "source", "layer", "cosine")}
        tokens = results.personas.covariate("prompt_tokens")
        assert len(counts) == len(source) == 12
        for i, r in enumerate(source):
            name = r["persona"]
            assert counts[name] == (int(r["hits"]), int(r["n"]), float(r["source_rate"]))
            assert tokens[i] == float(r["prompt_tokens"])
            assert (name in results.plan.new_points) == (r["is_new"] == "1")
            for layer in (10, 15, 20, 25):
                assert cosine[name, layer] == float(r[f"cos_to_assistant_L{layer}"])

    def test_base_model(self, results: Results, examples: Path) -> None:
        source = rows(examples / "assistant_variants/numbers/base_model_baseline.csv")
        assert results.questions is not None
        text = dict(zip(results.questions.id, results.questions.text, strict=True))
        back = [
            (p, text[q], int(k), int(n))
            for p, q, k, n in records(results, "base_model", "persona", "question", "successes", "trials")
        ]
        assert back == [(r["persona"], r["question"], int(r["found"]), int(r["total"])) for r in source]

    def test_the_reference_is_one_by_construction(self, results: Results) -> None:
        table = results.similarity_table("cosine_to_assistant")
        assert table.reference is not None
        own = table.select(source=table.reference).values
        np.testing.assert_allclose(own, 1.0, atol=1e-6)


class TestConvergence:
    @pytest.fixture
    def results(self, examples: Path) -> Results:
        return load(examples / "convergence/results.json")

    def test_trajectory(self, results: Results, examples: Path) -> None:
        source = rows(examples / "convergence/numbers/trajectory.csv")
        back = records(results, "assistant_leakage", "source", "checkpoint", "printed")
        assert back == [(r["source"], int(r["epoch"]), r["assistant_leakage_pct"]) for r in source]
        cosine = records(results, "cosine_trajectory", "source", "checkpoint", "printed")
        assert cosine == [(r["source"], int(r["epoch"]), r["cos_to_assistant_L15"] or None) for r in source]
        values = results.similarity_table("cosine_trajectory").values
        assert [None if np.isnan(v) else v for v in values.tolist()] == [
            float(r["cos_to_assistant_L15"]) if r["cos_to_assistant_L15"] else None for r in source
        ]

    def test_sources(self, results: Results, examples: Path) -> None:
        """Labels and tabulated cosines are stored; the derived columns follow from the trajectory."""
        source = rows(examples / "convergence/numbers/sources.csv")
        info = results.factors["source"]
        assert info.attributes["label"].values == tuple(r["label"] for r in source)
        printed = records(results, "baseline_cosine", "source", "printed")
        assert printed == [of(r, "source", "baseline_cosine_as_tabulated") for r in source]
        for r in source:
            part = results.table("assistant_leakage").select(source=r["source"])
            percent = 100 * part.rate
            np.testing.assert_allclose(
                [percent[0], percent.max(), percent[-1]],
                [float(r[c]) for c in ("baseline_pct", "peak_pct", "final_pct")],
                rtol=1e-12,
            )
            assert part.column("checkpoint")[int(percent.argmax())] == int(r["peak_epoch"])
            first = results.similarity_table("cosine_trajectory").select(source=r["source"], checkpoint=0).values[0]
            assert np.isnan(first) if r["cos_traj_epoch0"] == "" else first == float(r["cos_traj_epoch0"])

    def test_the_trials_are_disputed_with_the_cells_named(self, results: Results) -> None:
        reported = results.table("assistant_leakage").reported
        assert reported is not None
        assert reported.trials_status == "disputed"
        assert reported.trials_reason is not None
        for words in ("9 of 11 of villain", "5 of 11 of comedian", "600"):
            assert words in reported.trials_reason

    def test_counts_are_refused(self, results: Results) -> None:
        table = results.table("assistant_leakage")
        for what in ("successes", "trials"):
            with pytest.raises(DesignError, match=r"holds printed rates only.*store the counts"):
                getattr(table, what)
        with pytest.raises(DesignError, match="holds printed rates only"):
            table.aggregate(by=("source",))


class TestEmCollapse:
    @pytest.fixture
    def results(self, examples: Path) -> Results:
        return load(examples / "em_collapse/results.json")

    @pytest.fixture
    def numbers(self, examples: Path) -> Path:
        return examples / "em_collapse/numbers"

    def test_per_question(self, results: Results, numbers: Path) -> None:
        source = rows(numbers / "per_question.csv")
        columns = ("condition", "persona", "question", "successes", "trials")
        back = [*records(results, "bystander_rate", *columns), *records(results, "own_rate", *columns)]
        wanted = {
            (r["condition"], r["persona"], int(r["question_id"]), int(r["hits"]), int(r["total"])) for r in source
        }
        assert len(back) == len(source) == 1680
        assert {(c, p, int(q), int(k), int(n)) for c, p, q, k, n in back} == wanted

    def test_per_persona_is_the_sum(self, results: Results, numbers: Path) -> None:
        source = {of(r, "condition", "persona"): r for r in rows(numbers / "per_persona.csv")}
        n = 0
        for name in ("bystander_rate", "own_rate"):
            whole = results.table(name).aggregate(by=("condition", "persona"))
            assert dict(whole.summed_over) == {"completion": 10, "question": 28}
            for c, p, k, t, rate in whole.to_pandas()[
                ["condition", "persona", "successes", "trials", "rate"]
            ].itertuples(index=False):
                r = source[c, p]
                assert (k, t, rate) == (int(r["hits"]), int(r["total"]), float(r["rate"]))
                n += 1
        assert n == len(source)

    @pytest.mark.parametrize("name", ["geometry_m1", "geometry_m1_vs_benign", "geometry_m2", "geometry_m3"])
    def test_geometry(self, results: Results, numbers: Path, name: str) -> None:
        source = rows(numbers / f"{name}.csv")
        columns = [c for c in source[0] if c not in ("method", "layer", "condition")]
        back = records(results, name, "method", "layer", "condition", *columns)
        assert len(back) == len(source)
        for t, r in zip(back, source, strict=True):
            assert t[:3] == (r["method"], int(r["layer"]), r["condition"])
            for value, c in zip(t[3:], columns, strict=True):
                assert np.isnan(value) if r[c] == "" else value == float(r[c])

    def test_conditions_personas_questions(self, results: Results, numbers: Path) -> None:
        info = results.factors["condition"]
        stored = {level: i for i, level in enumerate(info.levels)}
        cosine = dict(records(results, "cosine_to_assistant", "condition", "cosine"))
        for r in rows(numbers / "conditions.csv"):
            i = stored[r["condition"]]
            for column in ("induction_persona", "induction_prompt", "in_eval_grid"):
                assert info.attributes[column].values[i] == r[column]
            assert cosine[r["condition"]] == float(r["cos_to_assistant_L20"])
        people = rows(numbers / "personas.csv")
        personas_match(results, people, "persona")
        assert [r == "source" for r in results.personas.role] == [r["role"] == "trained_source" for r in people]
        assert results.questions is not None
        questions = json.loads((numbers / "questions.json").read_text("utf-8"))
        pairs = [(q["question_id"], q["question"]) for q in questions]
        assert list(zip(results.questions.id, results.questions.text, strict=True)) == pairs

    def test_samples(self, results: Results, numbers: Path) -> None:
        source = json.loads((numbers / "samples.json").read_text("utf-8"))
        assert [(s.condition, s.persona, s.question, s.text) for s in results.samples] == [
            (s["condition"], s["persona"], s["question_id"], s["text"]) for s in source
        ]
        assert {s.marker for s in results.samples} == {True, False}


class TestTaxonomy200:
    @pytest.fixture
    def results(self, examples: Path) -> Results:
        return load(examples / "taxonomy200/results.json")

    @pytest.fixture
    def numbers(self, examples: Path) -> Path:
        return examples / "taxonomy200/numbers"

    def test_pairs(self, results: Results, numbers: Path) -> None:
        source = rows(numbers / "pairs.csv")
        back = records(results, "bystander_rate", "source", "persona", "successes", "trials")
        assert [(s, p, str(k), n) for s, p, k, n in back] == [
            (r["source"], r["persona_id"], r["hits_of_600"], 600) for r in source
        ]
        assert [round(k / n, 4) for _, _, k, n in back] == [float(r["leakage_rate_rounded4"]) for r in source]
        cosine = {t[:3]: t[3] for t in records(results, "cosine", "source", "persona", "layer", "cosine")}
        assert len(cosine) == 4 * len(source) == 800
        for r in source:
            assert results.personas.category_of(r["persona_id"]) == r["category"]
            for layer in (10, 15, 20, 25):
                assert cosine[r["source"], r["persona_id"], layer] == float(r[f"cos_L{layer}"])

    def test_personas(self, results: Results, numbers: Path) -> None:
        source = rows(numbers / "personas.csv")
        personas_match(results, source, "persona_id")
        for name in ("n_chars", "n_words", "jaccard_with_source_prompt"):
            values = results.personas.covariate(name)
            assert values[:200].tolist() == [float(r[name]) for r in source]
            assert np.isnan(values[200:]).all()
        assert [x[0] for x in results.personas.related_to[:200]] == [r["source"] for r in source]
        prompts = json.loads((numbers / "source_prompts.json").read_text("utf-8"))
        assert {p: results.personas.prompt_of(p) for p in prompts} == prompts

    def test_anchors(self, results: Results, numbers: Path) -> None:
        source = rows(numbers / "anchors.csv")
        columns = ("adapter", "anchor_persona", "seed_3seed_mean_pct")
        assert records(results, "anchor_rate", "source", "persona", "printed") == [of(r, *columns) for r in source]
        earlier = results.table("anchor_rate_earlier")
        for i, r in enumerate(source):
            assert 100 * earlier.rate[i] == pytest.approx(float(r["persona100_single_seed_pct"]), abs=1e-12)
            drift = 100 * abs(results.table("anchor_rate").rate[i] - earlier.rate[i])
            assert drift == pytest.approx(float(r["abs_drift_pp"]), abs=0.05 + 1e-9)

    def test_page_rows(self, results: Results, numbers: Path) -> None:
        source = rows(numbers / "page_table_check.csv")
        rate = records(results, "page_rate", "source", "persona", "printed")
        assert rate == [of(r, "source", "persona_id", "leakage_pct_printed") for r in source]
        cosine = records(results, "page_cosine", "source", "persona", "printed")
        assert cosine == [of(r, "source", "persona_id", "cos_printed") for r in source]
