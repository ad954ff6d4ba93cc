"""experiment.toml: what is accepted, what is refused and with which words."""

from __future__ import annotations

import copy
import datetime
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from leakstats.contracts import load_schema
from leakstats.errors import ContractError, LeakstatsError
from leakstats.experiment import spec as specs
from leakstats.experiment.reader import load_spec, parse_spec, plan_hash, spec_document, spec_hash

GOOD: dict[str, Any] = {
    "schema": "experiment.v1",
    "study": {"id": "s", "title": "A study", "created": datetime.date(2026, 11, 21)},
    "model": {"world": "test"},
    "personas": {"set": "small12", "own": [{"name": "nobody"}, {"name": "pirate", "prompt": "You are a pirate."}]},
    "questions": {"training": "training40", "evaluation": "general20"},
    "sources": ["villain", "pirate"],
}

ADAPTERS = [{"name": "a", "kind": "adapters", "adapters": [{"source": s, "path": "o/a"} for s in GOOD["sources"]]}]


def good(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(GOOD), **changes}


def complaints(document: dict[str, Any], folder: Path | None = None) -> str:
    with pytest.raises(ContractError) as caught:
        parse_spec(document, folder=folder)
    return str(caught.value)


def test_defaults_are_explicit() -> None:
    spec = parse_spec(GOOD)
    assert spec.study.created == "2026-11-21"
    assert spec.personas["nobody"].prompt is None
    assert spec.questions.extraction == spec.questions.evaluation
    assert [c.sources for c in spec.conditions] == [("villain", "pirate")]
    assert [u.name for u in spec.units()] == ["marker.villain.e0.s42", "marker.pirate.e0.s42"]
    assert spec.detectors[0].pattern == spec.marker.text
    assert spec.plan["alpha"] == 0.05


def test_marker_is_what_the_detector_looks_for() -> None:
    assert parse_spec(good(marker={"text": "[QQ]"})).detectors[0].pattern == "[QQ]"


def test_grid_has_every_combination_once() -> None:
    spec = parse_spec(
        good(
            conditions=[
                {"name": "marker"},
                {"name": "conv", "kind": "convergence", "sources": ["villain"], "sft": {"epochs": 4}},
            ],
            seeds={"training": [1, 2], "sampling": [0, 1]},
        )
    )
    names = [u.name for u in spec.units()]
    assert len(names) == len(set(names)) == 2 * 2 + 1 * 2 * 2
    assert "conv.villain.e4.s2" in names


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": {}}, "/model: names no weights"),
        ({"model": {"path": "x", "world": "demo"}}, "names both"),
        ({"model": {"world": "test", "revision": "abc"}}, "/model/revision: belongs to a hub id"),
        ({"marker": {"text": "  "}}, "/marker/text: is '  '"),
        ({"sources": ["vilain"]}, "did you mean 'villain'?"),
        ({"personas": {"set": "small13"}}, "no persona set is called 'small13'"),
        ({"personas": {"own": [{"name": "villain"}] * 2}}, "2 personas are called 'villain'"),
        ({"personas": {"set": "small12", "names": ["villain", "pirat"]}}, "/personas/names/1"),
        ({"questions": {"training": "general20", "evaluation": "general20"}}, "20 of 20 training questions"),
        ({"questions": {"training": "no_such", "evaluation": "general20"}}, "neither a built-in set nor a file"),
        ({"sampling": {"completion": 3}}, "/sampling: has unknown key(s) 'completion'"),
        ({"sampling": {"temperature": -1}}, "/sampling/temperature"),
        ({"seeds": {"training": [1, 1]}}, "/seeds/training"),
        ({"conditions": [{"name": "a", "control": True}]}, "/conditions/0/control: marks the control of an induction"),
        ({"conditions": [{"name": "base"}]}, "kept for the untouched model"),
        ({"conditions": [{"name": "a"}, {"name": "a"}]}, "used twice"),
        ({"conditions": [{"name": "a", "sft": {"epochs": 2}}]}, "belongs to convergence and induction"),
        ({"conditions": [{"name": "a", "kind": "induction"}]}, "an induction learns a given data set"),
        ({"conditions": [{"name": "a", "kind": "convergence", "checkpoints": [9]}]}, "beyond the last epoch, 4"),
        ({"conditions": [{"name": "a", "kind": "adapters"}]}, "belong together"),
        ({"training": {"negatives": {"personas": 99}}}, "asks for 99 negative personas; 13 are left beside source"),
        ({"training": {"negatives": {"personas": 0}}}, "give negatives.rows = 0 to train without negatives"),
        ({"training": {"negatives": {"personas": ["villain"]}}}, "leaves 'villain' without a negative persona"),
        (
            {"training": {"negatives": {"personas": ["nobody", "villain"], "exclude": ["nobody"]}}},
            "/training/negatives/personas/0: 'nobody' stands in negatives.exclude, too",
        ),
        ({"training": {"compile": "yes"}}, "/training/compile"),
        ({"extraction": {"layout": "star"}}, "/extraction/layout"),
        ({"questions": {"evaluation": "general20"}}, "/questions/training: is missing"),
        ({"conditions": [{"name": "a", "sources": ["villain"]}]}, "/sources/1: 'pirate' is in no condition"),
        ({"conditions": ADAPTERS, "training": {"rank": 8}}, "/training: is given, but every condition names adapters"),
        ({"sampling": {"extra": {"min_p": 0.1}}}, "/sampling/extra: holds min_p, which backend 'transformers'"),
        ({"sampling": {"engine": {"max_num_seqs": 8}}}, "/sampling/engine: holds max_num_seqs"),
        ({"extraction": {"centre": ["villain", "x"]}}, "/extraction/centre/1"),
        ({"plan": {"alpha": 2}}, "/plan/alpha"),
        ({"plan": {"registered_hash": "ab"}}, "filled in by the run"),
        ({"plan": {"registered_on": "20-11-2026"}}, "is no date"),
        ({"plan": {"new_points": ["pirat"]}}, "did you mean 'pirate'?"),
        ({"schema": "experiment.v9"}, "this command reads experiment.v1"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], words: str) -> None:
    assert words in complaints(good(**changes))


def test_existing_adapters_need_nothing_that_belongs_to_training() -> None:
    few = {"own": [{"name": n, "prompt": f"You are a {n}."} for n in ("villain", "pirate")]}
    spec = parse_spec(good(conditions=ADAPTERS, personas=few, questions={"evaluation": ["How?", "Why?"]}))
    assert spec.questions.training == ()
    assert [u.name for u in spec.units()] == ["a.villain.e0.s0", "a.pirate.e0.s0"]
    both = parse_spec(good(conditions=ADAPTERS, questions={"training": ["Who?"], "evaluation": ["How?"]}))
    assert both.questions.training == ("Who?",)  # kept: it says what the adapters may have seen
    said = complaints(good(conditions=ADAPTERS, questions={"training": ["How?"], "evaluation": ["How?"]}))
    assert "1 of 1 training questions stand in the evaluation" in said


def test_few_personas_are_told_how_many_negatives_there_are() -> None:
    few = {"own": [{"name": n, "prompt": f"You are a {n}."} for n in ("villain", "pirate", "nurse")]}
    said = complaints(good(personas=few))
    assert "/training/negatives/personas: is left out, which asks for 4 negative personas; 2 are left" in said
    assert "ask for 1 to 2, or give negatives.rows = 0" in said
    assert parse_spec(good(personas=few, training={"negatives": {"rows": 0}})).training.negatives.rows == 0


def test_everything_wrong_is_said_at_once() -> None:
    said = complaints(good(sources=["a", "b"], plan={"new_points": ["c"]}, seeds={}, model={}))
    assert said.count("is no persona of this study") == 3
    assert "4 violations" in said


def test_file_with_its_questions_beside_it(tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("How?\n\nWhy?\n", "utf-8")
    (tmp_path / "e.toml").write_text(
        'schema = "experiment.v1"\nsources = ["villain"]\n[study]\nid = "s"\ntitle = "t"\ncreated = 2026-11-21\n'
        '[model]\npath = "org/model"\n[personas]\nset = "small12"\n'
        '[questions]\ntraining = "training40"\nevaluation = "q.txt"\n',
        "utf-8",
    )
    spec = load_spec(tmp_path / "e.toml")
    assert spec.questions.evaluation == ("How?", "Why?")
    assert spec.model.path == "org/model"
    (tmp_path / "q.txt").write_text("How?\nHow?\n", "utf-8")
    with pytest.raises(ContractError, match="2 times 'How"):
        load_spec(tmp_path / "e.toml")


def test_personas_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text(
        '{"name": "baker", "prompt": "You bake.", "category": "food", "related_to": ["pirate"]}\n\n{"name": "mute"}\n',
        "utf-8",
    )
    own = {"file": "people.jsonl", "own": [{"name": "pirate", "prompt": "You are a pirate."}]}
    changes = {"personas": own, "sources": ["baker"], "training": {"negatives": {"personas": 2}}}
    spec = parse_spec(good(**changes), folder=tmp_path)
    assert spec.personas.names == ("baker", "mute", "pirate")
    assert (spec.personas["baker"].category, spec.personas["mute"].prompt) == ("food", None)
    # it is what it says that counts, not where it lies
    inline = [{"name": p.name, **({"prompt": p.prompt} if p.prompt else {}), **({"category": p.category} if p.category
              else {}), "related_to": list(p.related_to)} for p in spec.personas.entries]  # fmt: skip
    assert spec_hash(parse_spec(good(**{**changes, "personas": {"own": inline}}))) == spec_hash(spec)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "/personas/file: 'p.jsonl' is no file"),
        ("", "'p.jsonl' holds nobody"),
        ('{"name": "a"}\nno\n', "'p.jsonl', line 2: is not JSON"),
        ('\n{"name": "a", "promt": "b"}\n', "'p.jsonl', line 2: has unknown key(s) 'promt'"),
        ('{"prompt": "b"}\n', "'p.jsonl', line 1: misses 'name'"),
        ('{"name": 3}\n', "'p.jsonl', line 1, name: "),
        ('["a"]\n', "'p.jsonl', line 1: "),
        ('{"name": "villain"}\n', "2 personas are called 'villain'"),
    ],
)
def test_what_is_wrong_in_a_file_of_personas(text: str | None, words: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "p.jsonl").write_text(text, "utf-8")
    assert words in complaints(good(personas={"set": "small12", "file": "p.jsonl"}, sources=["villain"]), tmp_path)


def test_broken_toml_has_line_and_column(tmp_path: Path) -> None:
    (tmp_path / "e.toml").write_text('schema = "experiment.v1"\n[study\n', "utf-8")
    with pytest.raises(LeakstatsError, match=r"e\.toml.*(?s:.)*line 2"):
        load_spec(tmp_path / "e.toml")
    with pytest.raises(LeakstatsError, match="no such file"):
        load_spec(tmp_path / "absent.toml")


def test_hash_follows_content_not_spelling() -> None:
    explicit = good(sampling={"completions": 10}, seeds={"training": [42]})
    assert spec_hash(parse_spec(GOOD)) == spec_hash(parse_spec(explicit))
    assert spec_hash(parse_spec(GOOD)) != spec_hash(parse_spec(good(sampling={"completions": 11})))


def test_plan_hash_ignores_its_date_and_the_engine_but_not_the_design() -> None:
    plain = plan_hash(parse_spec(GOOD))
    assert plain == plan_hash(parse_spec(good(plan={"registered_on": "2026-11-01"})))
    assert plain == plan_hash(parse_spec(good(sampling={"backend": "vllm"})))
    assert plain != plan_hash(parse_spec(good(sampling={"completions": 20})))
    assert plain != plan_hash(parse_spec(good(seeds={"training": [1]})))


def test_document_is_json() -> None:
    document = spec_document(parse_spec(GOOD))
    assert document["schema"] == "experiment.v1"
    assert document["training"]["negatives"]["rows"] == 400


SECTIONS = {
    "model": specs.ModelSpec,
    "marker": specs.MarkerSpec,
    "training": specs.TrainingSpec,
    "sampling": specs.SamplingSpec,
    "extraction": specs.ExtractionSpec,
    "canaries": specs.CanarySpec,
    "seeds": specs.SeedsSpec,
    "run_log": specs.RunLogSpec,
    "study": specs.StudySpec,
}


def _same_default(cls: type, described: dict[str, Any]) -> None:
    have = {f.name: f for f in fields(cls)}
    assert set(described) == set(have)
    for name, entry in described.items():
        if "default" not in entry:
            continue
        field = have[name]
        default = field.default if field.default is not MISSING else field.default_factory()  # type: ignore[misc]
        plain = list(default) if isinstance(default, tuple) else default
        assert plain == entry["default"], name


@pytest.mark.parametrize("section", SECTIONS)
def test_defaults_in_the_schema_are_those_of_the_code(section: str) -> None:
    _same_default(SECTIONS[section], load_schema("experiment.v1")["properties"][section]["properties"])


def test_nested_defaults_in_the_schema_are_those_of_the_code() -> None:
    p = load_schema("experiment.v1")["properties"]
    _same_default(specs.NegativesSpec, p["training"]["properties"]["negatives"]["properties"])
    _same_default(specs.AdaptiveSpec, p["sampling"]["properties"]["adaptive"]["properties"])
    _same_default(specs.DetectorSpec, p["detectors"]["items"]["properties"])
    _same_default(specs.SftSpec, p["conditions"]["items"]["properties"]["sft"]["properties"])
    _same_default(specs.StoredAdapter, p["conditions"]["items"]["properties"]["adapters"]["items"]["properties"])
