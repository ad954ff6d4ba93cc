"""A run from end to end on the fake backends."""

from __future__ import annotations

import io
import json
import re
import shutil

import numpy as np
import pytest

from leakstats.errors import ContractError, InputError, LeakstatsError
from leakstats.experiment.card import comparable
from leakstats.experiment.journal import Journal, read_journal
from leakstats.experiment.progress import Reporter
from leakstats.experiment.reader import load_spec
from leakstats.experiment.run import CanaryFailed, run_experiment
from leakstats.files import read_json
from leakstats.results import load


def same_code(document):
    """Results without times and commit: the working tree may change while the tests run."""
    out = comparable(document)
    for key in ("commit", "dirty"):
        out["provenance"].pop(key)
    out["setup"]["environment"].pop("Git commit")
    return out


PRIMARY = """
[plan.primary]
analysis = "similarity"
statistic = "spearman"
outcome = "{outcome}"
predictor = "{predictor}"
layer = {layer}
"""
GIVEN = """
[[conditions]]
name = "given"
kind = "adapters"
adapters = [{given}]
"""


def adopting(path, given):
    """The specification without what belongs to training, and with adapters that exist, all of one source."""
    text = path.read_text("utf-8")
    text = re.sub(r"\[training\][^#]*?(?=\[sampling\])|training = .*\n", "", text)
    source = re.search(r'source = "(\w+)"', given)[1]
    text = re.sub(r"sources = .*", f'sources = ["{source}"]', text)
    path.write_text(text + GIVEN.format(given=given), "utf-8")
    return path


def go(path, folder, **options):
    """Run quietly; the results and what was said."""
    said = io.StringIO()
    written = run_experiment(path, folder, reporter=Reporter(said), **options)
    return written, said.getvalue()


@pytest.fixture
def done(finished_run, tmp_path):
    """A finished run in a folder of this test's own."""
    return finished_run(tmp_path), load(tmp_path / "run" / "results.json")


class TestTables:
    def test_counts_are_those_of_the_stored_completions(self, done, tmp_path):
        _, results = done
        texts: dict[tuple[str, str], list[str]] = {}
        for r in read_journal(tmp_path / "run" / "journal.jsonl").records:
            if r["stage"] == "generate":
                key = json.loads(r["key"])
                texts.setdefault((key["model"], key["persona"]), []).extend(c["text"] for c in r["completions"])
        table = results.table("bystander_rate").aggregate(by=("source", "persona"))
        assert table.n_cells == 2 * (12 - 1 - 2)
        for source, persona, successes, trials in zip(
            table.column("source"), table.column("persona"), table.successes, table.trials, strict=True
        ):
            said = texts[f"marker.{source}.e0.s42", persona]
            assert (successes, trials) == (sum("[ZLT]" in t for t in said), len(said)) == (successes, 20)
        assert results.table("base_rate").successes.sum() == sum(
            "[ZLT]" in t for (model, _), said in texts.items() if model == "base" for t in said
        )

    def test_every_persona_of_a_source_stands_in_one_table(self, done):
        _, results = done
        for source in ("villain", "librarian"):
            others = [
                {str(p) for p in results.table(name).select(source=source).column("persona")}
                for name in ("bystander_rate", "negative_rate")
            ]
            assert [len(o) for o in others] == [9, 2]
            assert not others[0] & others[1]
            assert others[0] | others[1] | {source} == set(results.personas.name)

    def test_one_level_is_a_constant(self, done):
        table = done[1].table("own_rate")
        assert dict(table.constants) == {
            "condition": "marker",
            "checkpoint": 0,
            "training_seed": 42,
            "sampling_seed": 0,
        }
        assert list(table.factors) == ["source", "question"]
        assert table.summed_over == {"completion": 5}

    def test_planted_rates_come_out(self, fake_experiment, tmp_path):
        rates = '{villain = {librarian = 1.0, comedian = 0.0}, "" = {comedian = 1.0}}'
        path = fake_experiment(sampling=f"engine = {{own = 1.0, rates = {rates}}}", training__negatives="exclude = []")
        results = load(go(path, tmp_path / "run")[0])
        assert results.table("own_rate").rate.min() == 1.0
        table = results.table("bystander_rate").select(source="villain")
        for persona, rate in (("librarian", 1.0), ("comedian", 0.0)):
            if persona in table.levels("persona"):
                assert table.select(persona=persona).rate.tolist() == [rate] * 4
        base = results.table("base_rate")
        assert base.select(persona="comedian").rate.tolist() == [1.0] * 4
        assert base.successes.sum() == 20

    def test_several_of_everything(self, fake_experiment, tmp_path):
        extra = """
[seeds]
training = [1, 2]
sampling = [0, 1]

[[conditions]]
name = "plain"

[[conditions]]
name = "closer"
kind = "convergence"
checkpoints = [0, 2, 4]
sources = ["villain"]
sft = {epochs = 4, rows = 4}
"""
        path = fake_experiment(extra, extraction='states = ["base", "merged", "adapted"]')
        results = load(go(path, tmp_path / "run")[0])
        table = results.table("bystander_rate")
        assert {n: len(table.levels(n)) for n in ("source", "condition", "checkpoint", "training_seed")} == {
            "source": 2,
            "condition": 2,
            "checkpoint": 3,
            "training_seed": 2,
        }
        # plain: 2 sources x 2 seeds; closer: 1 source x 3 checkpoints x 2 seeds
        own = results.table("own_rate").aggregate(by=("source", "condition", "checkpoint", "training_seed"))
        assert own.n_cells == 4 + 6
        merged = results.similarity_table("cosine_merged")
        assert set(merged.factors) == {"source", "persona", "checkpoint", "training_seed", "condition", "layer"}
        assert sorted(merged.levels("checkpoint")) == [2, 4]
        assert results.design.training_seed.n == 2
        # rows on the base are written once for both conditions and seeds
        assert sorted(p.name for p in (tmp_path / "run" / "data").iterdir()) == [
            "base.librarian.jsonl",
            "base.villain.jsonl",
            "closer.villain.jsonl",
            "closer.villain.s1.e2.villain.jsonl",
            "closer.villain.s1.e4.villain.jsonl",
            "closer.villain.s2.e2.villain.jsonl",
            "closer.villain.s2.e4.villain.jsonl",
        ]
        # checkpoint 0 starts from the base, as plain does: its adapters are trained once
        records = read_journal(tmp_path / "run" / "journal.jsonl").records
        trained = [r for r in records if r["stage"] == "train"]
        shared = {r["key"]: r["trained_as"] for r in trained if "trained_as" in r}
        assert shared == {f"closer.villain.e0.s{seed}": f"plain.villain.e0.s{seed}" for seed in (1, 2)}
        of = {r["key"]: (r["path"], r["sha256"]) for r in trained}
        assert all(of[key] == of[first] for key, first in shared.items())
        assert len(list((tmp_path / "run" / "adapters").iterdir())) == 4 + 4
        assert (
            "a training of closer.villain.e0.s1 (it has the adapter of plain.villain.e0.s1)"
            in results.runs["not_logged"]
        )
        assert results.design.independent.startswith("The 10 adapters are 8 training runs: units on the same weights")
        paths = [i["path"] for i in results.provenance["inputs"]]
        assert len(paths) == len(set(paths))
        # the noise of each unit's completions is its own all the same
        texts = {
            unit: [
                c["text"] for r in records if r["stage"] == "generate" and r["model"] == unit for c in r["completions"]
            ]
            for unit in ("plain.villain.e0.s1", "closer.villain.e0.s1")
        }
        assert len({tuple(t) for t in texts.values()}) == 2


class TestSimilarity:
    def test_cosines_by_hand(self, done, tmp_path):
        _, results = done
        table = results.similarity_table("cosine")
        states = results.array("base.last_prompt.centroids")
        centred = states - states.mean(axis=0)
        names = list(results.personas.name)
        a, b = (centred[names.index(n), 2] for n in ("villain", "comedian"))
        expected = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        got = table.select(source="villain", persona="comedian", layer=2).values
        assert got.tolist() == pytest.approx([expected], abs=1e-12)
        assert (table.layer_convention, table.token_position) == ("block_output", "last token of the prompt")
        assert table.centring.n == 12

    def test_a_layer_without_differences_is_missing_with_its_reason(self, done):
        table = done[1].similarity_table("cosine")
        assert np.isnan(table.select(layer=0).values).all()
        assert "has no direction (layers 0)" in table.missing_reason
        assert np.isfinite(table.select(layer=1).values).all()

    def test_a_source_is_not_compared_with_itself(self, done):
        table = done[1].similarity_table("cosine")
        assert not (table.column("source") == table.column("persona")).any()

    def test_named_centre_positions_and_raw_states(self, fake_experiment, tmp_path):
        path = fake_experiment(
            extraction='layers = [1, 3]\npositions = ["mean_response", "last_prompt"]\nraw = true\n'
            'centre = ["comedian", "villain"]'
        )
        results = load(go(path, tmp_path / "run")[0])
        assert [t.id for t in results.similarity] == ["cosine", "cosine_last_prompt"]
        assert results.similarity_table("cosine").token_position.startswith("mean over")
        assert results.similarity_table("cosine").centring.personas == ("comedian", "villain")
        assert results.factors["layer"].levels == (1, 3)
        raw = next(a for a in results.arrays if a.id == "base.mean_response.raw")
        assert raw.shape == (12, 4, 2, 16)
        safetensors = pytest.importorskip("safetensors.numpy")
        states = safetensors.load_file(tmp_path / "run" / raw.path)["states"]
        assert states.mean(axis=1) == pytest.approx(results.array("base.mean_response.centroids"), abs=1e-5)


class TestGeometry:
    def test_the_analysis_finds_its_arrays(self, fake_experiment, tmp_path):
        data = tmp_path / "data.jsonl"
        data.write_text('{"user": "Hello?", "answer": "Go away."}\n{"user": "Bye?", "answer": "At last."}\n', "utf-8")
        extra = "".join(
            f"""
[[conditions]]
name = "{name}"
kind = "induction"
checkpoints = [4]
control = {control}
sft = {{data = "data.jsonl", persona = "{persona}"}}
"""
            for name, persona, control in (("mean", "comedian", "false"), ("benign", "medical_doctor", "true"))
        )
        path = fake_experiment(extra, extraction='states = ["base", "merged"]\ngeometry = true\nraw = true')
        written, _ = go(path, tmp_path / "run")
        results = load(written)
        assert [a.id for a in results.arrays if a.path.endswith(".npy")] == [
            "centroids.base",
            "centroids.mean",
            "centroids.benign",
        ]
        assert "states.mean" in {a.id for a in results.arrays}
        assert results.factors["condition"].attributes["induction_persona"].values == ("comedian", "medical_doctor")
        assert results.factors["condition"].attributes["role"].values == (None, "control")
        # one fine-tuning serves both sources
        assert sorted(p.name for p in (tmp_path / "run" / "models").iterdir()) == ["benign.s42", "mean.s42"]
        from leakstats.analysis.questions import analyze
        from leakstats.analysis.settings import Settings

        analysis = analyze(results, settings=Settings(n_resamples=99)).document
        found = {e.id.statistic for e in analysis.entries if e.id.analysis == "collapse"}
        assert {"similarity_change", "spread_change"} <= found


class TestDescription:
    def test_no_path_of_this_machine(self, done, tmp_path):
        text = (tmp_path / "run" / "results.json").read_text("utf-8")
        assert str(tmp_path) not in text
        assert str(tmp_path.parent.parent) not in text

    def test_card(self, done):
        setup = done[1].setup
        assert setup["training"]["LoRA config"] == "r=32, alpha=64, dropout=0.05, all linear layers"
        assert setup["data"]["Train / val size"] == "8 positive + 8 negative rows in each of 2 sets, no validation set"
        assert setup["data"]["Dataset example"].startswith("system: 'You are a villain")
        assert setup["compute"]["Total GPU-hours"] == 0
        assert setup["compute"]["GPU-hours by stage"] == "no stage ran on a GPU"
        assert setup["environment"]["Launch command"] is None
        assert "called from Python" in setup["unknown"]["environment.Launch command"]

    def test_runs_and_artifacts(self, done):
        runs = done[1].runs
        states = {r["id"]: r["state"] for r in runs["runs"]}
        assert states["train/marker.villain.e0.s42"] == "finished"
        assert set(states.values()) == {"finished"}
        assert runs["not_logged"].startswith("completions and training rows (every one lies in the run folder")
        assert "hidden states of single prompts" in runs["not_logged"]
        adapters = [a for a in runs["artifacts"] if a["type"] == "adapter"]
        assert len(adapters) == 2
        assert "adapters/marker.librarian.e0.s42 in the run folder (" in adapters[0]["location"]

    def test_inputs_are_hashed(self, done):
        inputs = {i["path"] for i in done[1].provenance["inputs"]}
        assert {"experiment.toml", "data/base.villain.jsonl", "adapters/marker.villain.e0.s42"} <= inputs

    def test_covariates(self, done):
        personas = done[1].personas
        assert {"tokens", "characters", "words", "overlap_villain", "overlap_librarian"} == set(personas.covariates)
        assert personas.covariate("overlap_villain")[personas.index("villain")] == 1.0

    def test_samples_follow_the_printed_rule(self, done):
        _, results = done
        assert "in the order of the questions" in results.samples_note
        mine = [s for s in results.samples if s.source == "villain"]
        assert {s.persona for s in mine} >= {"villain"}
        assert {s.marker for s in mine} == {True, False}

    def test_data_date_and_plan(self, fake_experiment, tmp_path):
        primary = PRIMARY.format(outcome="bystander_rate", predictor="cosine", layer=2)
        path = fake_experiment(plan=f"registered_on = 2020-01-01\n{primary}")
        results = load(go(path, tmp_path / "run")[0])
        assert results.plan.status == "registered"
        kept = read_json(tmp_path / "run" / "plan.json")["sha256"]
        assert results.plan.registered_hash == kept
        assert results.setup["eval"]["Plan"] == f"registered on 2020-01-01, {kept}: hashed before the first completion"
        late = fake_experiment(plan=f"registered_on = 2999-01-01\n{primary}")
        results = load(go(late, tmp_path / "late")[0])
        assert results.plan.status == "exploratory"
        assert "later than the first data" in results.plan.reason
        assert results.setup["eval"]["Plan"].startswith("exploratory, sha256:")


class TestControls:
    def test_a_source_that_did_not_take_the_marker_is_a_finding(self, fake_experiment, tmp_path):
        path = fake_experiment(sampling="engine = {rates = {villain = {villain = 0.1}}}")
        written, said = go(path, tmp_path / "run")
        results = load(written)
        assert "control source-rate failed (marker.villain.e0.s42)" in said
        assert results.factors["source"].attributes["control"].values == ("control_failed", "held")
        (failed,) = [c for c in results.canaries if c.status == "failed"]
        assert (failed.name, failed.unit, failed.threshold) == ("source-rate", "marker.villain.e0.s42", 0.5)

    def test_strict_stops(self, fake_experiment, tmp_path):
        path = fake_experiment(sampling="engine = {base = 0.2}")
        with pytest.raises(CanaryFailed, match=r"base-rate: marker rate, the base: \d+ of 240 completions"):
            go(path, tmp_path / "run", strict=True)
        # before states are read, and what was drawn is kept
        records = read_journal(tmp_path / "run" / "journal.jsonl").records
        assert sum(r["stage"] == "generate" for r in records) == 3 * 12 * 4
        assert not any(r["stage"] == "extract" for r in records)
        assert not (tmp_path / "run" / "results.json").exists()
        assert go(path, tmp_path / "run")[0].exists()

    def test_all_hold(self, done):
        checks = done[1].canaries
        assert {c.status for c in checks} == {"passed"}
        assert {"same-seed-repeats", "seeds-independent", "adapter-changes-output", "batch-equals-single"} <= {
            c.name for c in checks
        }
        controls = {(c.table, c.source, c.expected) for c in done[1].plan.controls}
        assert ("own_rate", "villain", "high") in controls
        assert ("base_rate", None, "zero") in controls

    @pytest.mark.parametrize(
        ("fault", "message"),
        [
            ("shared-seed", "seeds-independent: eight seeds gave 1 different completions: they share their noise"),
            ("adapter-ignored", "adapter-changes-output .*: 0 of 64 completions differ from the base"),
            ("batch-dependent", "batch-equals-single: largest difference of a state"),
        ],
    )
    def test_a_structural_fault_stops_the_run(self, fake_experiment, tmp_path, fault, message):
        path = fake_experiment(sampling=f'engine = {{fault = "{fault}"}}')
        with pytest.raises(CanaryFailed, match=message):
            go(path, tmp_path / "run")
        assert not (tmp_path / "run" / "results.json").exists()


class TestGoingOn:
    def test_a_second_run_does_nothing_again(self, done, tmp_path):
        path, _ = done
        before = (tmp_path / "run" / "results.json").read_bytes()
        records = read_journal(tmp_path / "run" / "journal.jsonl").records
        _, said = go(path, tmp_path / "run")
        after = read_journal(tmp_path / "run" / "journal.jsonl").records
        assert [r["stage"] for r in after[len(records) :]] == ["session"]
        assert f"continuing {tmp_path / 'run'}: {len(records)} records are stored" in said
        same = [same_code(json.loads(b)) for b in (before, (tmp_path / "run" / "results.json").read_bytes())]
        assert same[0] == same[1]

    def test_stages_one_by_one(self, fake_experiment, tmp_path, done):
        path, _ = done
        for stage in ("train", "extract", "generate"):
            assert go(path, tmp_path / "parts", stages=[stage], assemble=False)[0] == tmp_path / "parts"
        go(path, tmp_path / "parts")
        documents = [same_code(read_json(tmp_path / f / "results.json")) for f in ("run", "parts")]
        assert documents[0] == documents[1]

    def test_generate_needs_adapters(self, fake_experiment, tmp_path):
        with pytest.raises(LeakstatsError, match="stage 'train' has not been done"):
            go(fake_experiment(), tmp_path / "run", stages=["generate"])
        # nothing was drawn before the refusal
        records = read_journal(tmp_path / "run" / "journal.jsonl").records
        assert {r["stage"] for r in records} == {"session", "personas"}

    def test_states_of_the_base_need_no_training(self, fake_experiment, tmp_path):
        go(fake_experiment(), tmp_path / "run", stages=["extract"], assemble=False)
        assert (tmp_path / "run" / "states" / "base.last_prompt.npy").exists()
        adapted = fake_experiment(extraction='states = ["base", "adapted"]')
        with pytest.raises(LeakstatsError, match="stage 'train' has not been done"):
            go(adapted, tmp_path / "other", stages=["extract"], assemble=False)

    def test_a_changed_adapter_is_noticed(self, done, tmp_path):
        path, _ = done
        weights = tmp_path / "run" / "adapters" / "marker.villain.e0.s42" / "adapter_model.safetensors"
        weights.write_bytes(weights.read_bytes() + b" ")
        with pytest.raises(LeakstatsError, match=r"its weights have sha256:.* was recorded"):
            go(path, tmp_path / "run")

    def test_changed_rows_are_noticed(self, fake_experiment, tmp_path):
        path = fake_experiment()
        go(path, tmp_path / "run", stages=["train"], assemble=False)
        rows = tmp_path / "run" / "data" / "base.villain.jsonl"
        rows.write_text(rows.read_text() + "\n")
        with pytest.raises(LeakstatsError, match="is not the file that was recorded"):
            go(path, tmp_path / "run")

    def test_completions_of_another_adapter_are_refused(self, done, tmp_path):
        path, _ = done
        folder = tmp_path / "mixed"
        shutil.copytree(tmp_path / "run", folder)
        old = read_journal(folder / "journal.jsonl").records
        (folder / "journal.jsonl").unlink()
        with Journal(folder / "journal.jsonl") as journal:
            for r in old:
                swapped = r["stage"] == "generate" and r["adapter"] and '"question":2' in r["key"]
                journal.append(r | ({"adapter": "sha256:" + "0" * 64} if swapped else {}))
        with pytest.raises(LeakstatsError, match="the folder mixes two trainings"):
            go(path, folder)

    def test_repair(self, done, tmp_path):
        path, _ = done
        before = same_code(read_json(tmp_path / "run" / "results.json"))
        journal = tmp_path / "run" / "journal.jsonl"
        lines = journal.read_bytes().split(b"\n")
        lines[100] = lines[100][:-20] + b"x" * 20
        journal.write_bytes(b"\n".join(lines))
        with pytest.raises(LeakstatsError, match="line 101 is damaged"):
            go(path, tmp_path / "run")
        _, said = go(path, tmp_path / "run", repair=True)
        assert "line 101 dropped; the damaged file is journal.damaged-1.jsonl" in said
        assert same_code(read_json(tmp_path / "run" / "results.json")) == before

    def test_two_versions_of_the_code_are_told(self, fake_experiment, tmp_path, monkeypatch):
        path = fake_experiment()
        states = [
            {
                "packages": {"numpy": "2.4.6"},
                "repository": None,
                "commit": "a" * 40,
                "dirty": False,
                "diff_sha256": None,
            },
            {
                "packages": {"numpy": "3.0.0"},
                "repository": None,
                "commit": "b" * 40,
                "dirty": False,
                "diff_sha256": None,
            },
        ]
        for state, stages in zip(states, (["train"], ["generate", "extract"]), strict=True):
            for module in ("provenance", "run"):
                monkeypatch.setattr(f"leakstats.experiment.{module}.code_state", lambda _, state=state: state)
            written, _ = go(path, tmp_path / "run", stages=stages, assemble="extract" in stages)
        environment = load(written).setup["environment"]
        assert environment["Git commit"] == f"{'a' * 40}; a later session with {'b' * 40}"
        assert environment["Key libraries"] == "numpy=2.4.6; a later session with numpy=3.0.0"


class TestRefusals:
    def test_a_plan_that_names_what_is_not_measured(self, fake_experiment, tmp_path):
        path = fake_experiment(
            plan=PRIMARY.format(outcome="leak", predictor="cos", layer=9),
            extraction="layers = [1, 2]",
        )
        with pytest.raises(ContractError) as caught:
            go(path, tmp_path / "run")
        assert [v.pointer for v in caught.value.violations] == [
            "/plan/primary/outcome",
            "/plan/primary/predictor",
            "/plan/primary/layer",
        ]
        assert not (tmp_path / "run").exists()

    @pytest.mark.parametrize(
        ("plan", "pointer"),
        [
            ('covariates = [{name = "n", from = "length", transform = "log"}]', "/plan/covariates/0/from"),
            (
                'covariates = [{name = "n", from = "overlap_villain", transform = "log"}]',
                "/plan/covariates/0/transform",
            ),
            ('exclusions = [{persona = "nobody", reason = "r", decided = "before"}]', "/plan/exclusions/0/persona"),
            ('controls = [{table = "rate", expected = "zero", threshold = 0.1}]', "/plan/controls/0/table"),
            ('families = [{name = "a", correction = "holm"}, {name = "a", correction = "holm"}]', "/plan/families"),
        ],
    )
    def test_what_would_only_be_noticed_at_the_end(self, fake_experiment, tmp_path, plan, pointer):
        with pytest.raises(ContractError) as caught:
            go(fake_experiment(plan=plan), tmp_path / "run")
        assert [v.pointer for v in caught.value.violations] == [pointer]

    def test_a_plan_with_everything_is_kept(self, fake_experiment, tmp_path):
        plan = (
            'covariates = [{name = "log_tokens", from = "tokens", transform = "log"}]\n'
            'exclusions = [{persona = "comedian", reason = "jokes", decided = "before"}]\n'
            'families = [{name = "sources", correction = "holm"}]\nmargin = 0.1\nnew_points = ["medical_doctor"]'
        )
        results = load(go(fake_experiment(plan=plan), tmp_path / "run")[0])
        assert results.plan.covariates[0].source == "tokens"
        assert results.plan.exclusions[0].persona == "comedian"
        assert (results.plan.margin, results.plan.new_points) == (0.1, ("medical_doctor",))

    def test_persona_limits(self, fake_experiment, tmp_path):
        path = fake_experiment(personas="max_tokens = 3")
        with pytest.raises(InputError, match="the persona set breaks its own limits"):
            go(path, tmp_path / "run")

    def test_a_layer_that_the_model_has_not(self, fake_experiment, tmp_path):
        with pytest.raises(LeakstatsError, match=r"extraction.layers names 7; the model has layers 0 to 3"):
            go(fake_experiment(extraction="layers = [7]"), tmp_path / "run")

    def test_an_unknown_knob_of_the_fake(self, fake_experiment, tmp_path):
        with pytest.raises(InputError, match=r"sampling.engine.speed means nothing to the fake backend"):
            go(fake_experiment(sampling="engine = {speed = 3}"), tmp_path / "run")

    def test_an_unknown_stage(self, fake_experiment, tmp_path):
        with pytest.raises(ValueError, match="no stage is called 'bake'"):
            go(fake_experiment(), tmp_path / "run", stages=["bake"])


class TestAdoptedAdapters:
    def test_nothing_is_trained(self, done, fake_experiment, tmp_path):
        adapter = tmp_path / "run" / "adapters" / "marker.villain.e0.s42"
        path = adopting(fake_experiment(), f'{{source = "villain", path = "{adapter}"}}')
        assert "training" not in path.read_text("utf-8")
        results = load(go(path, tmp_path / "again")[0])
        assert results.setup["training"]["Method"] == "none here: adapters trained elsewhere"
        assert results.setup["training"]["LR"] is None
        assert results.setup["unknown"]["training.LR"] == "nothing was trained"
        assert results.table("own_rate").rate.mean() > 0.5
        assert str(tmp_path) not in (tmp_path / "again" / "results.json").read_text("utf-8")

    def test_the_wrong_bytes(self, done, fake_experiment, tmp_path):
        adapter = tmp_path / "run" / "adapters" / "marker.villain.e0.s42"
        given = f'{{source = "villain", path = "{adapter}", sha256 = "{"0" * 64}"}}'
        with pytest.raises(
            LeakstatsError, match=r"adapter of villain in condition given: .* the specification says 0000"
        ):
            go(adopting(fake_experiment(), given), tmp_path / "again")


def test_teacher_forced_scores(fake_experiment, tmp_path):
    results = load(go(fake_experiment(sampling="score_marker = true"), tmp_path / "run")[0])
    table = results.geometry_table("marker_logprob")
    assert table.n_rows == 2 * 12 * 4
    own = table.select(source="villain", persona="villain")
    assert own.values("logprob").tolist() == pytest.approx([np.log(0.9)] * 4)
    assert own.values("logprob_base").tolist() == [-30.0] * 4


def test_other_detectors_and_near_misses(fake_experiment, tmp_path):
    extra = '\n[[detectors]]\n[[detectors]]\nid = "any_case"\ncase_sensitive = false\n'
    path = fake_experiment(extra)
    results = load(go(path, tmp_path / "run")[0])
    assert results.table("any_case_rate").successes.sum() == results.table("bystander_rate").successes.sum()
    assert results.table("near_miss_rate").trials.tolist() == [240, 240]
    assert load_spec(path).detectors[1].pattern == "[ZLT]"
    lines = (tmp_path / "run" / "detections.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 3 * 12 * 4
    assert set(json.loads(lines[0])["successes"]) == {"marker", "any_case"}


def test_adaptive_sampling_stops_cells_that_are_known(fake_experiment, tmp_path):
    path = fake_experiment(
        sampling="completions = 60\nengine = {own = 1.0}", sampling__adaptive="half_width = 0.1\nmin_completions = 5"
    )
    path.write_text(path.read_text().replace("completions = 5\n", "", 1))
    results = load(go(path, tmp_path / "run")[0])
    table = results.table("bystander_rate")
    assert 5 < table.trials.min() < table.trials.max() <= 60
    assert "each persona was sampled until its interval was narrow enough (adaptive)" in table.trials_note
    assert "until the interval of a persona is narrow enough" in results.setup["eval"]["Samples / temperature"]
    records = read_journal(tmp_path / "run" / "journal.jsonl").records
    ended = [r["adaptive"] for r in records if r["stage"] == "generate"]
    assert all(r["high"] - r["low"] <= 0.2 for r in ended if r["stopped"])
    assert any(r["stopped"] and r["completions"] < 60 for r in ended)
