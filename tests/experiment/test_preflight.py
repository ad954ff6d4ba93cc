"""What would only be noticed hours later is found before anything runs."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from leakstats.errors import InputError
from leakstats.experiment.journal import read_journal
from leakstats.experiment.preflight import preflight
from leakstats.experiment.progress import Reporter
from leakstats.experiment.reader import load_spec, parse_spec
from leakstats.experiment.run import CanaryFailed, run_experiment
from leakstats.plan_command import plan

GOOD: dict[str, Any] = {
    "schema": "experiment.v1",
    "study": {"id": "s", "title": "A study"},
    "model": {"path": "org/model"},
    "personas": {"set": "small12"},
    "questions": {"training": "training40", "evaluation": "general20"},
    "sources": ["villain"],
}


def said(spec: Any) -> dict[str, tuple[str, str]]:
    return {f.name: (f.status, f.detail) for f in preflight(spec).findings}


def test_a_model_elsewhere_is_not_fetched() -> None:
    assert said(parse_spec(GOOD)) == {
        "model": ("not checked", "org/model is not on this machine; a run looks first"),
    }


def test_data_sets_are_read(tmp_path: Path) -> None:
    (tmp_path / "good.jsonl").write_text('{"user": "a", "answer": "b"}\n' * 3, "utf-8")
    (tmp_path / "bad.jsonl").write_text('{"user": "a"}\n', "utf-8")
    conditions = [{"name": n, "kind": "induction", "sft": {"data": f"{n}.jsonl", "rows": 2}} for n in ("good", "bad")]
    found = said(parse_spec({**GOOD, "conditions": conditions}, folder=tmp_path))
    assert found["data of good"] == ("passed", "3 rows; 2 are learned")
    assert found["data of bad"][0] == "failed"
    assert "line 1: answer is None" in found["data of bad"][1]


def adopting(tmp_path: Path, **more: str) -> Any:
    folder = tmp_path / "villain"
    folder.mkdir(exist_ok=True)
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    adapters = [{"source": "villain", "path": "villain", **more}]
    document = {**GOOD, "conditions": [{"name": "given", "kind": "adapters", "adapters": adapters}]}
    return parse_spec(document, folder=tmp_path)


def test_adapters_are_looked_up_and_hashed(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"weights").hexdigest()
    name = "adapter of villain in condition given"
    assert said(adopting(tmp_path))[name] == ("passed", f"sha256:{digest}")
    assert said(adopting(tmp_path, sha256=digest))[name][0] == "passed"
    status, detail = said(adopting(tmp_path, sha256="0" * 64))[name]
    assert (status, "the specification says 0000" in detail) == ("failed", True)
    assert said(adopting(tmp_path, path="org/adapter"))[name][0] == "not checked"
    assert said(adopting(tmp_path, path="no/such/place"))[name][0] == "failed"
    (tmp_path / "villain" / "adapter_model.safetensors").unlink()
    empty = adopting(tmp_path)
    (tmp_path / "villain" / "adapter_model.safetensors").unlink()
    assert "holds no adapter_model.safetensors" in said(empty)[name][1]


def test_a_broken_data_set_stops_a_run_before_its_first_cell(fake_experiment, tmp_path: Path) -> None:
    (tmp_path / "hostile.jsonl").write_text("[]\n", "utf-8")
    extra = '\n[[conditions]]\nname = "marker"\n[[conditions]]\nname = "hostile"\nkind = "induction"\n'
    path = fake_experiment(extra + 'sft = { data = "hostile.jsonl" }\n')
    with pytest.raises(InputError, match=r"data of hostile: (?s:.)*line 1: is a list"):
        run_experiment(path, tmp_path / "run", reporter=Reporter(io.StringIO()))
    assert {r["stage"] for r in read_journal(tmp_path / "run" / "journal.jsonl").records} == {"session"}


def test_the_command_prints_the_checks_and_names_what_the_plan_gets_wrong(fake_experiment) -> None:
    path = fake_experiment()
    done = CliRunner().invoke(plan, [str(path)])
    assert done.exit_code == 0
    assert "not checked  model: the fake backends have none" in done.output
    found = json.loads(CliRunner().invoke(plan, [str(path), "--format", "json"]).output)["checks"]
    assert [c["name"] for c in found] == ["model"]
    path = fake_experiment(
        '\n[plan.primary]\nanalysis = "similarity"\nstatistic = "spearman"\noutcome = "no_such_rate"\n'
        'predictor = "cosine"\n'
    )
    wrong = CliRunner().invoke(plan, [str(path)])
    assert "/plan/primary/outcome" in str(wrong.exception)


@pytest.mark.models
class TestWithAModel:
    """On the stored base of the tiny world."""

    def spec(self, folder: Path, **changes: Any) -> Any:
        document = {**GOOD, "model": {"world": "test"}, **changes}
        return parse_spec(document, folder=folder)

    def test_everything_is_well(self, tmp_path: Path) -> None:
        pytest.importorskip("transformers")
        look = preflight(self.spec(tmp_path, extraction={"layers": [0, 1]}))
        assert [(f.name, f.status) for f in look.findings] == [
            ("chat-template", "passed"),
            ("marker-tokens", "passed"),
            ("persona-limits", "passed"),
            ("layers", "passed"),
        ]
        assert look.count_tokens is not None
        assert look.count_tokens("You are a wizard.") == 5

    def test_what_is_wrong_is_found_together(self, tmp_path: Path) -> None:
        pytest.importorskip("transformers")
        personas = {"set": "small12", "min_tokens": 15, "max_tokens": 25}
        spec = self.spec(tmp_path, marker={"text": "<|im_end|>"}, personas=personas, extraction={"layers": [2]})
        found = said(spec)
        assert {n: s for n, (s, _) in found.items()} == {
            "chat-template": "passed",
            "marker-tokens": "failed",
            "persona-limits": "failed",
            "layers": "failed",
        }
        assert "control token" in found["marker-tokens"][1]
        assert "the model has layers 0 to 1" in found["layers"][1]

    def test_the_command_fails_and_a_run_does_not_begin(self, tmp_path: Path) -> None:
        pytest.importorskip("transformers")
        from leakstats.experiment.world.experiment import experiment_toml
        from leakstats.experiment.world.presets import preset

        text = experiment_toml(preset("test")).replace("[ZLT]", "<|im_end|>")
        path = tmp_path / "experiment.toml"
        path.write_text(text, "utf-8")
        done = CliRunner().invoke(plan, [str(path)])
        assert done.exit_code == 1
        assert "failed       marker-tokens" in done.output
        assert "no tokenizer is read" not in done.output
        with pytest.raises(CanaryFailed, match="before anything runs"):
            run_experiment(path, tmp_path / "run", reporter=Reporter(io.StringIO()))
        assert not (tmp_path / "run" / "data").exists()

    def test_a_swapped_template_is_found(self, tmp_path: Path, tiny_model: Path) -> None:
        pytest.importorskip("transformers")
        folder = tmp_path / "model"
        shutil.copytree(tiny_model, folder)
        template = folder / "chat_template.jinja"
        text = template.read_text("utf-8")
        template.write_text(text.replace("{{ m['content'] }}", "{{ m['content'] | upper }}"), "utf-8")
        path = tmp_path / "experiment.toml"
        path.write_text(
            'schema = "experiment.v1"\nsources = ["villain"]\n[study]\nid = "s"\ntitle = "t"\n[model]\npath = "model"\n'
            '[personas]\nset = "small12"\n[questions]\ntraining = "training40"\nevaluation = "general20"\n',
            "utf-8",
        )
        found = said(load_spec(path))
        assert found["chat-template"][0] == "failed"
