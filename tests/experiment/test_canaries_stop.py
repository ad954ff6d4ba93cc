"""Whole runs on a real (tiny) model with one thing wrong: each stops with a message, and writes no results."""

from __future__ import annotations

import dataclasses
import io
import shutil

import numpy as np
import pytest

pytest.importorskip("peft")

from leakstats.experiment.extract.transformers import TransformersExtractor
from leakstats.experiment.generate import transformers as backend
from leakstats.experiment.hosting import ModelHost
from leakstats.experiment.loading import load_tokenizer
from leakstats.experiment.progress import Reporter
from leakstats.experiment.run import CanaryFailed, run_experiment
from leakstats.results import load

pytestmark = pytest.mark.models

EXPERIMENT = """
schema = "experiment.v1"
sources = ["pirate", "engineer"]

[study]
id = "#1"
title = "Adapters from elsewhere on a tiny model"

[model]
path = "{model}"
device = "cpu"

[personas]
own = [
  {{ name = "pirate", prompt = "You are a pirate." }},
  {{ name = "engineer", prompt = "You are a software engineer who writes code every day." }},
  {{ name = "nobody" }},
]

[questions]
evaluation = ["What is water?", "How do airplanes stay in the air?"]
extraction = ["What is bread?", "How do ships sail?"]

[[conditions]]
name = "given"
kind = "adapters"
adapters = [
  {{ source = "pirate", path = "{first}" }},
  {{ source = "engineer", path = "{second}" }},
]

[sampling]
completions = 2
max_tokens = 8

[extraction]
states = ["base", "adapted"]
"""


@pytest.fixture
def start(tiny_adapters, tmp_path):
    def run(model):
        path = tmp_path / "experiment.toml"
        first, second = (a.path for a in tiny_adapters[:2])
        path.write_text(EXPERIMENT.format(model=model, first=first, second=second), "utf-8")
        return run_experiment(path, tmp_path / "run", reporter=Reporter(io.StringIO()))

    return run


@pytest.fixture
def stops(start, tmp_path):
    def run(model, *words):
        with pytest.raises(CanaryFailed) as caught:
            start(model)
        assert not (tmp_path / "run" / "results.json").exists()
        for word in ("a check of the run failed, so it stops", *words):
            assert word in str(caught.value)

    return run


@pytest.fixture(scope="module")
def deep_model(tiny_model):
    """Five blocks: with two, only one has states that the plain model gives before the final norm."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(3)
    config = Qwen2Config.from_pretrained(tiny_model)
    config.num_hidden_layers, config.layer_types = 5, ["full_attention"] * 5
    folder = tiny_model.parent / "five"
    Qwen2ForCausalLM(config).save_pretrained(folder)
    load_tokenizer(str(tiny_model)).save_pretrained(folder)
    return folder


def test_a_sound_run_ends_and_records_its_checks(start, tiny_model):
    results = load(start(tiny_model))
    structural = [c for c in results.canaries if c.kind == "structural"]
    assert {c.status for c in structural} <= {"passed", "not_applicable"}
    assert {c.name for c in structural} >= {
        "chat-template",
        "marker-tokens",
        "same-seed-repeats",
        "seeds-independent",
        "adapter-changes-output",
        "adapter-equals-peft",
        "batch-equals-single",
        "layer-convention",
    }
    # a random adapter never took the marker, which is a finding and stops nothing
    assert any(c.kind == "rate" and c.status == "failed" for c in results.canaries)


def test_the_wrong_adapter(stops, tiny_model, monkeypatch):
    sound = ModelHost._need_adapter
    seen = {}

    def swapped(self, adapter):
        slot = sound(self, adapter)
        seen.setdefault("first", slot)
        return seen["first"]

    monkeypatch.setattr(ModelHost, "_need_adapter", swapped)
    stops(tiny_model, "adapter-equals-peft (given.engineer.e0", "the engine answers with other weights")


def test_an_adapter_that_is_not_applied(stops, tiny_model, monkeypatch):
    sound = ModelHost.using
    monkeypatch.setattr(ModelHost, "using", lambda self, state: sound(self, dataclasses.replace(state, adapter=None)))
    stops(tiny_model, "adapter-changes-output", "the adapter is not applied")


def test_shared_seeds(stops, tiny_model, monkeypatch):
    sound = backend.split_seeds
    monkeypatch.setattr(backend, "split_seeds", lambda seeds, device: sound([42] * len(seeds), device))
    stops(tiny_model, "seeds-independent", "give each one a seed of its own")


def test_a_swapped_template(stops, tiny_model, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    template = (folder / "chat_template.jinja").read_text("utf-8")
    (folder / "chat_template.jinja").write_text(template.replace("in messages", "in messages | reverse"), "utf-8")
    stops(folder, "chat-template", "use the chat template that the model was trained with")


def test_padding_on_the_right_side(stops, tiny_model, monkeypatch):
    """Logits of generation are read at the last place, which is padding where it stands on the right."""
    import torch

    def right(prompts, pad, device):
        longest = max(map(len, prompts))
        ids = [list(p) + [pad] * (longest - len(p)) for p in prompts]
        mask = [[1] * len(p) + [0] * (longest - len(p)) for p in prompts]
        return torch.tensor(ids), torch.tensor(mask)

    monkeypatch.setattr(backend, "left_padded", right)
    stops(tiny_model, "adapter-equals-peft")


def test_states_that_a_batch_changes(stops, deep_model, monkeypatch):
    sound = TransformersExtractor.extract

    def wrong(self, personas, questions, **options):
        found = sound(self, personas, questions, **options)
        values = found.values + 0.05 * np.linalg.norm(found.values, axis=-1, keepdims=True)
        return dataclasses.replace(found, values=values)

    monkeypatch.setattr(TransformersExtractor, "extract", wrong)
    stops(deep_model, "batch-equals-single")


def test_a_shifted_layer(stops, deep_model, monkeypatch):
    sound = TransformersExtractor.extract

    def shifted(self, personas, questions, **options):
        found = sound(self, personas, questions, **options)
        return dataclasses.replace(found, values=np.concatenate([found.values[:, 1:], found.values[:, -1:]], axis=1))

    monkeypatch.setattr(TransformersExtractor, "extract", shifted)
    stops(deep_model, "layer-convention", "called layer 0 are those of block 1")
