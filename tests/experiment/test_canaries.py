"""Each way in which a run could go wrong unseen is tried, and stops it with a message that says what to do."""

from __future__ import annotations

import dataclasses
import json
import shutil

import numpy as np
import pytest

from leakstats.experiment.spec import (
    ConditionSpec,
    ExperimentSpec,
    MarkerSpec,
    ModelSpec,
    PersonaSpec,
    PersonasSpec,
    QuestionsSpec,
    StudySpec,
)
from leakstats.experiment.types import Centroids, ModelState

PEOPLE = {
    "pirate": "You are a pirate.",
    "engineer": "You are a software engineer who writes code every day with patience.",
    "nobody": None,
}
QUESTIONS = ("What is water?", "How do airplanes stay in the air?", "Why?", "What is the best way to learn?")


def _spec(path="x", **changes):
    spec = ExperimentSpec(
        study=StudySpec("s", "S"),
        model=ModelSpec(path=str(path), device="cpu"),
        personas=PersonasSpec(tuple(PersonaSpec(n, p) for n, p in PEOPLE.items())),
        questions=QuestionsSpec(QUESTIONS, QUESTIONS, QUESTIONS[:3]),
        sources=("pirate",),
        conditions=(ConditionSpec("marker", sources=("pirate",)),),
    )
    return dataclasses.replace(spec, **changes)


def _failed(checks):
    return {c.name: c for c in checks if c.status == "failed"}


@pytest.fixture(scope="module")
def parts(tiny_model):
    pytest.importorskip("peft")
    from leakstats.experiment.canaries import StructuralCanaries
    from leakstats.experiment.extract.transformers import TransformersExtractor
    from leakstats.experiment.generate.transformers import TransformersGenerator
    from leakstats.experiment.hosting import ModelHost

    host = ModelHost(device="cpu")
    spec = _spec(tiny_model)
    return (
        spec,
        StructuralCanaries(spec),
        TransformersGenerator(host=host),
        TransformersExtractor(host=host, layout="line"),
    )


class Wrapped:
    """A generator that does one thing wrong."""

    name = "wrapped"

    def __init__(self, inner, *, requests=lambda r: r, state=lambda s: s, describe=None):
        self.inner, self.requests, self.state, self.told = inner, requests, state, describe or {}

    def generate(self, requests, *, state, sampling, progress):
        changed = [self.requests(r) for r in requests]
        return self.inner.generate(changed, state=self.state(state), sampling=sampling, progress=progress)

    def score(self, items, *, state):
        return self.inner.score(items, state=self.state(state))

    def describe(self):
        return self.inner.describe() | self.told

    def close(self):
        pass


class Extracts:
    """An extractor whose centroids are changed afterwards."""

    name = "extracts"

    def __init__(self, inner, change):
        self.inner, self.change = inner, change

    def n_layers(self, weights):
        return self.inner.n_layers(weights)

    def extract(self, personas, questions, **options):
        found = self.inner.extract(personas, questions, **options)
        return dataclasses.replace(found, values=self.change(found.values))


@pytest.mark.models
def test_a_sound_run_passes_every_check(parts, tiny_model, tiny_adapters):
    from leakstats.experiment.canaries import structural_canaries

    spec, canaries, generator, extractor = parts
    unit = spec.units()[0].name
    state = ModelState(str(tiny_model), tiny_adapters[0])
    checks = structural_canaries(
        spec,
        weights=str(tiny_model),
        generator=generator,
        adapters={unit: state},
        extractor=extractor,
        canaries=canaries,
    )
    assert [c for c in checks if c.status != "passed"] == []
    names = [(c.name, c.unit) for c in checks]
    assert names == [
        ("chat-template", None),
        ("marker-tokens", None),
        ("same-seed-repeats", None),
        ("seeds-independent", None),
        ("adapter-changes-output", unit),
        ("adapter-equals-peft", unit),
        ("batch-equals-single", None),
        ("layer-convention", None),
        ("batch-equals-single", unit),
        ("layer-convention", unit),
    ]
    assert all(c.kind == "structural" and c.detail for c in checks)
    assert all(type(c.value) is float for c in checks)
    json.dumps([dataclasses.asdict(c) for c in checks])


@pytest.mark.models
def test_an_adapter_that_is_not_applied(parts, tiny_model, tiny_adapters):
    _, canaries, generator, _ = parts
    broken = Wrapped(generator, state=lambda s: ModelState(s.weights))
    failed = _failed(canaries.adapter(broken, state=ModelState(str(tiny_model), tiny_adapters[0]), unit="u"))
    assert set(failed) == {"adapter-changes-output", "adapter-equals-peft"}
    assert "the adapter is not applied" in failed["adapter-changes-output"].detail


@pytest.mark.models
def test_the_wrong_adapter(parts, tiny_model, tiny_adapters):
    _, canaries, generator, _ = parts
    broken = Wrapped(generator, state=lambda s: ModelState(s.weights, s.adapter and tiny_adapters[1]))
    failed = _failed(canaries.adapter(broken, state=ModelState(str(tiny_model), tiny_adapters[0]), unit="u"))
    assert set(failed) == {"adapter-equals-peft"}
    assert "answers with other weights than adapter-1" in failed["adapter-equals-peft"].detail


@pytest.mark.models
def test_shared_seeds_within_a_request(parts, tiny_model):
    _, canaries, generator, _ = parts
    broken = Wrapped(generator, requests=lambda r: dataclasses.replace(r, seeds=(r.seeds[0],) * len(r.seeds)))
    failed = _failed(canaries.base(broken, weights=str(tiny_model)))
    assert set(failed) == {"seeds-independent"}
    assert "give each one a seed of its own" in failed["seeds-independent"].detail


@pytest.mark.models
def test_one_noise_stream_for_all_prompts(parts, tiny_model):
    _, canaries, generator, _ = parts
    broken = Wrapped(generator, requests=lambda r: dataclasses.replace(r, seeds=tuple(range(len(r.seeds)))))
    failed = _failed(canaries.base(broken, weights=str(tiny_model)))
    assert set(failed) == {"seeds-independent"}
    assert "8 of 8 are the same" in failed["seeds-independent"].detail


@pytest.mark.models
def test_seeds_that_are_not_used(parts, tiny_model):
    _, canaries, generator, _ = parts
    count = iter(range(10**9))
    broken = Wrapped(generator, requests=lambda r: dataclasses.replace(r, seeds=tuple(next(count) for _ in r.seeds)))
    failed = _failed(canaries.base(broken, weights=str(tiny_model)))
    assert set(failed) == {"same-seed-repeats"}
    assert "does not use the seeds" in failed["same-seed-repeats"].detail
    told = Wrapped(generator, describe={"repeatable": False})
    check = {c.name: c for c in canaries.base(told, weights=str(tiny_model))}["same-seed-repeats"]
    assert check.status == "not_applicable"


@pytest.mark.models
@pytest.mark.parametrize(
    ("template", "words"),
    [
        (
            "{% for m in messages | reverse %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}",
            "user's",
        ),
        (
            "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] | title }}<|im_end|>\n{% endfor %}",
            "system",
        ),
        (
            "{% for m in messages[-1:] %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}",
            "no system",
        ),
    ],
)
def test_a_swapped_template(parts, tiny_model, tmp_path, template, words):
    _, canaries, generator, _ = parts
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    tail = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    (folder / "chat_template.jinja").write_text(template + tail, "utf-8")
    check = _failed(canaries.base(generator, weights=str(folder)))["chat-template"]
    assert words in check.detail
    assert "use the chat template that the model was trained with" in check.detail


@pytest.mark.models
def test_a_marker_that_the_model_cannot_say(parts, tiny_model):
    from leakstats.experiment.canaries import StructuralCanaries

    _, _, generator, _ = parts
    for text, words in (("<|im_end|>", "control token"), ("e\u0301", "its tokens spell")):
        canaries = StructuralCanaries(_spec(tiny_model, marker=MarkerSpec(text)))
        check = _failed(canaries.base(generator, weights=str(tiny_model)))["marker-tokens"]
        assert words in check.detail
        assert "choose another marker" in check.detail


@pytest.mark.models
def test_a_shifted_layer(parts, tiny_model):
    from leakstats.experiment.canaries import StructuralCanaries

    torch = pytest.importorskip("torch")
    from transformers import Qwen2Config, Qwen2ForCausalLM

    from leakstats.experiment.extract.transformers import TransformersExtractor
    from leakstats.experiment.loading import load_tokenizer

    torch.manual_seed(1)
    config = Qwen2Config.from_pretrained(tiny_model)
    config.num_hidden_layers, config.layer_types = 5, ["full_attention"] * 5
    folder = tiny_model.parent / "deep"
    Qwen2ForCausalLM(config).save_pretrained(folder)
    load_tokenizer(str(tiny_model)).save_pretrained(folder)
    canaries = StructuralCanaries(_spec(folder))
    extractor = TransformersExtractor(device="cpu", layout="line")
    state = ModelState(str(folder))
    assert _failed(canaries.states(extractor, state=state, unit=None)) == {}
    shifted = Extracts(extractor, lambda v: np.concatenate([v[:, 1:], v[:, -1:]], axis=1))
    failed = _failed(canaries.states(shifted, state=state, unit=None))
    assert set(failed) == {"batch-equals-single", "layer-convention"}
    assert "called layer 0 are those of block 1" in failed["layer-convention"].detail
    assert "hidden_states[i + 1]" in failed["batch-equals-single"].detail


class RightPadded:
    """Reads the last column of a batch padded on the right, where most prompts have padding."""

    name = "right-padded"

    def __init__(self, host):
        self.host = host

    def n_layers(self, weights):
        return 2

    def extract(self, personas, questions, *, state, layers, position, progress, **_):
        import torch

        from leakstats.experiment.prompts import render

        tokenizer = self.host.tokenizer(state)
        with self.host.using(state) as model, torch.inference_mode():
            prompts = [render(tokenizer, s, q) for s in personas.values() for q in questions]
            longest = max(map(len, prompts))
            ids = torch.tensor([p + [tokenizer.pad_token_id] * (longest - len(p)) for p in prompts])
            mask = torch.tensor([[1] * len(p) + [0] * (longest - len(p)) for p in prompts])
            hidden = model(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
            states = torch.stack([hidden[i + 1][:, -1] for i in layers], dim=1).double().numpy()
        values = states.reshape(len(personas), len(questions), len(layers), -1).mean(axis=1)
        return Centroids(tuple(personas), tuple(layers), values, np.full(len(personas), len(questions)), position)


@pytest.mark.models
def test_right_padding(parts, tiny_model):
    _, canaries, generator, _ = parts
    failed = _failed(canaries.states(RightPadded(generator.host), state=ModelState(str(tiny_model)), unit=None))
    assert "check the padding" in failed["batch-equals-single"].detail


@pytest.mark.models
def test_states_that_are_not_finite(parts, tiny_model):
    _, canaries, _, extractor = parts
    broken = Extracts(extractor, lambda v: v * np.nan)
    assert "batch-equals-single" in _failed(canaries.states(broken, state=ModelState(str(tiny_model)), unit=None))


@pytest.mark.models
def test_large_models_are_compared_once(parts, tiny_model, tiny_adapters, monkeypatch):
    from leakstats.experiment import canaries as module

    spec, _, generator, extractor = parts
    monkeypatch.setattr(module, "LARGE_MODEL_BYTES", 1)
    canaries = module.StructuralCanaries(spec)
    seen = [
        {c.name: c.status for c in canaries.adapter(generator, state=ModelState(str(tiny_model), a), unit="u")}[
            "adapter-equals-peft"
        ]
        for a in tiny_adapters[:2]
    ]
    assert seen == ["passed", "not_applicable"]
    states = [ModelState(str(tiny_model)), *(ModelState(str(tiny_model), a) for a in tiny_adapters[:2])]
    made = [canaries.states(extractor, state=s, unit=None)[0].status for s in (*states, states[0])]
    assert made == ["passed", "passed", "not_applicable", "not_applicable"]
