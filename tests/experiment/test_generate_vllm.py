"""The vLLM backend against the transformers backend on a CPU, in fp32: `make test-vllm`."""

from __future__ import annotations

import hashlib
import os
from collections import Counter

import numpy as np
import pytest
from scipy import stats

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.seeds import derive_seed
from leakstats.experiment.spec import ModelSpec, SamplingSpec
from leakstats.experiment.types import AdapterRef, ModelState, Request, Sampling, ScoreItem

pytest.importorskip("vllm")
pytestmark = pytest.mark.vllm

SPEC = ModelSpec(device="cpu", dtype="float32")
TOPICS = ["water", "bread", "code", "ships", "languages", "planes", "patience", "engines", "pirates", "seas", "rest"]
ASKS = ["What is {}?", "How do you learn about {}?", "Why does {} matter every day?", "Tell me of {}, and of rest."]
PEOPLE = ["You are a pirate.", "You are a software engineer.", None, "You are a helpful assistant who sails the seas."]
USERS = [ask.format(topic) for topic in TOPICS for ask in ASKS]


class Quiet:
    def __init__(self):
        self.done = 0

    def advance(self, n=1, *, tokens=0):
        self.done += n

    def note(self, text):
        pass


def _requests(n=200, samples=1, purpose="a"):
    return [
        Request(
            f"k{i}",
            PEOPLE[i % len(PEOPLE)],
            USERS[(i // len(PEOPLE)) % len(USERS)],
            tuple(derive_seed(5, purpose, i, k) for k in range(samples)),
        )
        for i in range(n)
    ]


@pytest.fixture(scope="module")
def model(tiny_tokenizer, tmp_path_factory):
    """A random model whose heads are wide enough for vLLM's kernels."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(tiny_tokenizer),
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=False,
        initializer_range=0.06,
        eos_token_id=tiny_tokenizer.eos_token_id,
        pad_token_id=tiny_tokenizer.pad_token_id,
    )
    folder = tmp_path_factory.mktemp("models") / "vllm"
    made = Qwen2ForCausalLM(config)
    with torch.no_grad():
        # wide logits, so that the distribution is far from uniform
        made.model.norm.weight.mul_(3.0)
    made.generation_config.eos_token_id = tiny_tokenizer.eos_token_id
    made.save_pretrained(folder)
    tiny_tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def adapters(model, tmp_path_factory):
    """Two adapters that say more than the base does."""
    import peft
    import torch

    from leakstats.experiment.loading import load_model

    made = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        adapted = peft.get_peft_model(
            load_model(model, device="cpu"),
            peft.LoraConfig(
                r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM", use_rslora=seed == 2
            ),
        )
        with torch.no_grad():
            for name, weight in adapted.named_parameters():
                if "lora_B" in name:
                    weight.normal_(0, 0.03)
        folder = tmp_path_factory.mktemp("adapters") / f"a{seed}"
        adapted.save_pretrained(folder)
        digest = hashlib.sha256((folder / "adapter_model.safetensors").read_bytes()).hexdigest()
        made.append(AdapterRef(f"marker.villain.e0.s{seed}", folder, digest))
    return made


def _all(generator, requests, state, sampling):
    found = {a.request.key: a for a in generator.generate(requests, state=state, sampling=sampling, progress=Quiet())}
    assert len(found) == len(requests)
    return [found[r.key] for r in requests]


def _completions(answers):
    return [c for a in answers for c in a.completions]


@pytest.fixture(scope="module")
def plain():
    from leakstats.experiment.generate.transformers import TransformersGenerator

    made = TransformersGenerator(device="cpu", dtype="float32", batch_size=64)
    yield made
    made.close()


@pytest.fixture(scope="module")
def engine():
    from leakstats.experiment.generate.vllm import VllmGenerator

    os.environ.setdefault("VLLM_CPU_OMP_THREADS_BIND", "nobind")
    made = VllmGenerator(model=SPEC, max_lora_rank=8, sampling=SamplingSpec(engine={"max_model_len": 256}))
    yield made
    made.close()


def _states(model, adapters):
    return {"base": ModelState(model), "a1": ModelState(model, adapters[0]), "a2": ModelState(model, adapters[1])}


@pytest.mark.parametrize("which", ["base", "a1", "a2"])
def test_greedy_is_identical_on_200_prompts(engine, plain, model, adapters, which):
    state, sampling = _states(model, adapters)[which], Sampling(max_tokens=24, temperature=0.0)
    got, want = (_all(g, _requests(), state, sampling) for g in (engine, plain))
    assert [a.prompt_tokens for a in got] == [a.prompt_tokens for a in want]
    assert _completions(got) == _completions(want)
    others = [s for name, s in _states(model, adapters).items() if name != which]
    assert all(_completions(_all(plain, _requests(20), o, sampling)) != _completions(want[:20]) for o in others)


@pytest.mark.parametrize(
    "sampling", [Sampling(max_tokens=24), Sampling(max_tokens=24, temperature=0.7, top_p=0.9, top_k=40)]
)
def test_samples_are_those_of_the_transformers_backend(engine, plain, model, adapters, sampling):
    """The noise is the same in both, so that in fp32 all but near ties are."""
    for state in (ModelState(model), ModelState(model, adapters[0])):
        got, want = (_completions(_all(g, _requests(60, 5), state, sampling)) for g in (engine, plain))
        same = sum(a == b for a, b in zip(got, want, strict=True))
        print(f"{same} of {len(want)} sampled completions are the same in both")  # shown with pytest -s
        assert same >= 0.99 * len(want)
        assert len({c.text for c in got}) > 0.9 * len(got)


def test_completions_repeat_in_any_order(engine, model, adapters):
    state, sampling = ModelState(model, adapters[1]), Sampling(max_tokens=16)
    requests = _requests(40, 4)
    first = _all(engine, requests, state, sampling)
    again = _all(engine, requests[::-1], state, sampling)[::-1]
    part = _all(engine, requests[7:9], state, sampling)
    same = sum(a == b for a, b in zip(_completions(first), _completions(again), strict=True))
    assert same >= 0.99 * 160
    assert _completions(part) == _completions(first[7:9])


@pytest.mark.parametrize(("temperature", "top_p"), [(1.0, 1.0), (0.7, 0.95)])
def test_first_tokens_follow_the_softmax(engine, model, temperature, top_p):
    """4,000 seeds for one prompt, a token each, against the probabilities that transformers computes."""
    import torch

    from leakstats.experiment.generate.noise import filtered
    from leakstats.experiment.loading import load_model, load_tokenizer
    from leakstats.experiment.prompts import render

    seeds = tuple(derive_seed(9, "chi", k) for k in range(4000))
    request = Request("k", None, USERS[0], seeds)
    sampling = Sampling(max_tokens=1, temperature=temperature, top_p=top_p)
    (answer,) = _all(engine, [request], ModelState(model), sampling)
    tokenizer = load_tokenizer(model)
    drawn = Counter(c.token_ids[0] if c.token_ids else tokenizer.eos_token_id for c in answer.completions)
    with torch.inference_mode():
        ids = torch.tensor([render(tokenizer, None, USERS[0])])
        logits = load_model(model, device="cpu")(ids).logits[:, -1] / temperature
        p = filtered(logits, top_p=top_p, top_k=0)[0].double().softmax(0).numpy()
    assert all(p[token] > 0 for token in drawn)
    big = p * 4000 >= 5
    seen = np.array([drawn.get(i, 0) for i in range(p.size)])
    observed, expected = [*seen[big], seen[~big].sum()], [*p[big], p[~big].sum()]
    if expected[-1] * 4000 < 1:
        observed, expected = observed[:-1], expected[:-1]
    assert len(expected) >= 9
    assert stats.chisquare(observed, np.array(expected) / sum(expected) * sum(observed)).pvalue > 1e-3


@pytest.mark.parametrize("noise", ["seed", "none"])
def test_rates_of_other_noise_agree(engine, model, adapters, noise):
    """Rate of a text that stands for the marker: vLLM's own sampling, and ours, within their joint interval."""
    from leakstats.experiment.generate.vllm import VllmGenerator
    from leakstats.stats.proportion import difference_interval

    own = VllmGenerator(
        model=SPEC, max_lora_rank=8, sampling=SamplingSpec(engine={"max_model_len": 256, "noise": noise})
    )
    try:
        state, sampling, marker = ModelState(model, adapters[0]), Sampling(max_tokens=16), "er"
        counts = []
        for generator in (engine, own):
            texts = [c.text for c in _completions(_all(generator, _requests(100, 10, "rates"), state, sampling))]
            counts.append(sum(marker in t for t in texts))
            assert len(set(texts)) > 900
        assert 50 < counts[0] < 950
        found = difference_interval(counts[0], 1000, counts[1], 1000, level=0.999).interval
        assert found.low <= 0.0 <= found.high
        told = own.describe()
        assert told["noise"] == noise
        assert told["repeatable"] is (noise != "none")
    finally:
        own.close()


def test_adapters_mix_in_one_batch(engine, plain, model, adapters):
    states = list(_states(model, adapters).values())
    requests, sampling = _requests(30), Sampling(max_tokens=12, temperature=0.0)
    asked = [(r, states[i % 3]) for i, r in enumerate(requests)]
    got = {a.request.key: a.completions for a in engine.generate_mixed(asked, sampling=sampling, progress=Quiet())}
    for i, state in enumerate(states):
        want = _all(plain, requests[i::3], state, sampling)
        assert [got[a.request.key] for a in want] == [a.completions for a in want]
    assert engine.engine_starts == 1


def test_stops_right_after_the_first_marker(engine, plain, model):
    requests = _requests(40, 3)
    sampling = Sampling(max_tokens=24, stop_at_marker="er")
    got, want = (_completions(_all(g, requests, ModelState(model), sampling)) for g in (engine, plain))
    assert {c.finish for c in want} >= {"marker", "length"}
    assert sum(a == b for a, b in zip(got, want, strict=True)) >= 0.99 * len(want)


def test_scores_agree(engine, plain, model, adapters):
    items = [ScoreItem(f"s{i}", PEOPLE[i % 4], USERS[i], "Practice every day.", " [ZLT]") for i in range(12)]
    for state in (ModelState(model), ModelState(model, adapters[0])):
        got, want = (g.score(items, state=state) for g in (engine, plain))
        assert np.allclose(got, want, atol=1e-3)
    assert engine.score([], state=ModelState(model)) == []


def test_canaries_pass_and_find_a_wrong_adapter(engine, model, adapters):
    from leakstats.experiment.canaries import StructuralCanaries
    from leakstats.experiment.spec import (
        ConditionSpec,
        ExperimentSpec,
        PersonaSpec,
        PersonasSpec,
        QuestionsSpec,
        StudySpec,
    )

    spec = ExperimentSpec(
        study=StudySpec("s", "S"),
        model=ModelSpec(path=model, device="cpu"),
        personas=PersonasSpec((PersonaSpec("pirate", PEOPLE[0]), PersonaSpec("engineer", PEOPLE[1]))),
        questions=QuestionsSpec(tuple(USERS[:4]), tuple(USERS[:4]), tuple(USERS[:4])),
        sources=("pirate",),
        conditions=(ConditionSpec("marker", sources=("pirate",)),),
        sampling=SamplingSpec(backend="vllm"),
    )
    canaries = StructuralCanaries(spec)
    checks = canaries.base(engine, weights=model)
    checks += canaries.adapter(engine, state=ModelState(model, adapters[0]), unit="u")
    assert [c for c in checks if c.status != "passed"] == []

    class Wrong:
        def score(self, items, *, state):
            return engine.score(items, state=ModelState(model, state.adapter and adapters[1]))

    failed = {
        c.name
        for c in canaries.adapter(Wrong(), state=ModelState(model, adapters[0]), unit="u")
        if c.status == "failed"
    }
    assert failed == {"adapter-equals-peft"}


def test_what_ran_is_told(engine):
    told = engine.describe()
    assert told["noise"] == "counter"
    assert told["repeatable"] is True
    assert told["arguments"]["enable_prefix_caching"] is True
    assert told["environment"]["VLLM_NO_USAGE_STATS"] == "1"
    assert any(name.startswith("vllm") for name in told["versions"])


def test_parameters_that_act_after_the_noise_get_the_engines_own_seeds(engine, model):
    """Penalties change logits after our noise was added, which would no longer be a draw from the softmax."""
    sampling = Sampling(max_tokens=8, extra={"repetition_penalty": 1.3})
    first, again = (_completions(_all(engine, _requests(10, 3), ModelState(model), sampling)) for _ in range(2))
    assert first == again
    assert len({c.text for c in first}) > 25
    assert engine.describe()["noise_used"] == ["counter", "seed"]


def test_a_consumer_may_leave_early(engine, model):
    running = engine.generate(
        _requests(20, 4), state=ModelState(model), sampling=Sampling(max_tokens=8), progress=Quiet()
    )
    next(running)
    running.close()
    assert len(_all(engine, _requests(3), ModelState(model), Sampling(max_tokens=4))) == 3


def test_unusable_requests(engine, model, adapters):
    with pytest.raises(InputError, match="base models at once"):
        list(
            engine.generate_mixed(
                [(r, ModelState(w)) for r, w in zip(_requests(2), (model, "other"), strict=True)],
                sampling=Sampling(),
                progress=Quiet(),
            )
        )
    with pytest.raises(InputError, match="has no seeds"):
        list(
            engine.generate(
                [Request("k", None, "x", ())], state=ModelState(model), sampling=Sampling(), progress=Quiet()
            )
        )
    swapped = AdapterRef("x", adapters[0].path, adapters[1].sha256)
    with pytest.raises(LeakstatsError, match="changed or swapped"):
        list(engine.generate(_requests(1), state=ModelState(model, swapped), sampling=Sampling(), progress=Quiet()))


EXTRA = {
    "min_p": 0.01,
    "repetition_penalty": 1.1,
    "presence_penalty": 0.1,
    "frequency_penalty": 0.1,
    "min_tokens": 2,
    "stop_token_ids": [7],
    "bad_words": ["rest"],
    "logit_bias": {3: -5.0},
    "logprobs": 1,
}


@pytest.mark.parametrize("temperature", [0.0, 0.8])
@pytest.mark.parametrize("name", [*EXTRA, "all"])
def test_any_parameter_of_the_engine_passes(engine, model, name, temperature):
    extra = dict(EXTRA) if name == "all" else {name: EXTRA[name]}
    sampling = Sampling(max_tokens=6, temperature=temperature, top_p=0.9, stop_at_marker="[ZLT]", extra=extra)
    answers = _all(engine, _requests(3, 2), ModelState(model), sampling)
    assert [len(a.completions) for a in answers] == [2, 2, 2]


def test_a_string_that_ends_completions_is_cut_off(engine, model):
    requests = _requests(8)
    state = ModelState(model)
    whole = _completions(_all(engine, requests, state, Sampling(max_tokens=24, temperature=0.0)))
    word = whole[0].text[4:6]
    sampling = Sampling(max_tokens=24, temperature=0.0, extra={"stop": [word]})
    cut = _completions(_all(engine, requests, state, sampling))
    for before, after in zip(whole, cut, strict=True):
        assert after.text == before.text.split(word)[0]
        assert after.finish == ("stop" if word in before.text else before.finish)


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"seed": 3}, "one seed for all would give every prompt the same noise"),
        ({"n": 4}, "sampling.completions"),
        ({"max_tokens": 4}, "sampling.max_tokens"),
        ({"warmth": 1}, "which vLLM refuses: .*warmth"),
        ({"min_p": 3.0}, "which vLLM refuses: min_p must be"),
    ],
)
def test_parameters_that_are_set_elsewhere_or_nowhere_are_refused(engine, model, extra, words):
    with pytest.raises(InputError, match=words):
        _all(engine, _requests(1), ModelState(model), Sampling(max_tokens=4, extra=extra))


def test_heads_that_the_kernels_do_not_take_are_named(tiny_model):
    from leakstats.experiment.generate.vllm import VllmGenerator

    made = VllmGenerator(model=SPEC)
    with pytest.raises(InputError, match="attention heads of width 8; vLLM on a CPU takes multiples of 16 from 32 on"):
        _all(made, _requests(1), ModelState(str(tiny_model)), Sampling(max_tokens=4))
    assert made.engine_starts == 0
