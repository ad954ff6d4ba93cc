"""The transformers backend: equal to the model's own loop, independent of batches, honest about how texts end."""

from __future__ import annotations

import pytest

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.generate.transformers import TransformersGenerator, left_padded, positions
from leakstats.experiment.hosting import ModelHost
from leakstats.experiment.loading import load_model, load_tokenizer
from leakstats.experiment.prompts import encode, render
from leakstats.experiment.seeds import derive_seed
from leakstats.experiment.types import AdapterRef, ModelState, Request, Sampling, ScoreItem

torch = pytest.importorskip("torch")
peft = pytest.importorskip("peft")
pytestmark = pytest.mark.models

USERS = [
    "Hello?",
    "What is the best way to learn a new language?",
    "How do airplanes stay in the air, and why do ships not sink while engineers write code?",
    "Why?",
    "You are a pirate. What is water?",
]


class Quiet:
    def __init__(self):
        self.done, self.tokens, self.notes = 0, 0, []

    def advance(self, n=1, *, tokens=0):
        self.done += n
        self.tokens += tokens

    def note(self, text):
        self.notes.append(text)


def _requests(samples=3, users=USERS):
    return [
        Request(
            f"k{i}", None if i % 2 else "You are a pirate.", user, tuple(derive_seed(7, i, k) for k in range(samples))
        )
        for i, user in enumerate(users)
    ]


def _answers(generator, requests, state, sampling):
    found = {a.request.key: a for a in generator.generate(requests, state=state, sampling=sampling, progress=Quiet())}
    assert len(found) == len(requests)
    return [found[r.key] for r in requests]


@pytest.fixture(scope="module")
def host(tiny_model):
    return ModelHost(device="cpu")


@pytest.fixture
def base(tiny_model):
    return ModelState(str(tiny_model))


def test_greedy_is_what_the_models_own_loop_gives(host, base, tiny_model):
    tokenizer, model = load_tokenizer(str(tiny_model)), load_model(str(tiny_model), device="cpu")
    answers = _answers(TransformersGenerator(host=host), _requests(1), base, Sampling(max_tokens=12, temperature=0.0))
    for request, answer in zip(_requests(1), answers, strict=True):
        prompt = render(tokenizer, request.system, request.user)
        ids = torch.tensor([prompt])
        out = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=12, do_sample=False)
        want = out[0, len(prompt) :].tolist()
        kept = want[: want.index(tokenizer.eos_token_id)] if tokenizer.eos_token_id in want else want
        assert list(answer.completions[0].token_ids) == kept
        assert answer.prompt_tokens == len(prompt)
        assert answer.completions[0].finish == ("length" if kept == want else "stop")


@pytest.mark.parametrize("batch_size", [1, 4, 64])
def test_a_completion_does_not_depend_on_its_batch(host, base, batch_size):
    sampling = Sampling(max_tokens=10, temperature=1.0)
    want = _answers(TransformersGenerator(host=host, batch_size=7), _requests(), base, sampling)
    got = _answers(TransformersGenerator(host=host, batch_size=batch_size), _requests()[::-1], base, sampling)[::-1]
    assert [a.completions for a in got] == [a.completions for a in want]


def test_every_prompt_and_sample_has_noise_of_its_own(host, base):
    same = [Request(f"k{i}", None, "Why?", tuple(derive_seed(3, i, k) for k in range(8))) for i in range(8)]
    texts = [
        c.text
        for a in _answers(TransformersGenerator(host=host), same, base, Sampling(max_tokens=8))
        for c in a.completions
    ]
    assert len(set(texts)) == 64
    shared = [Request(f"k{i}", None, "Why?", (5, 5)) for i in range(2)]
    texts = [
        c.text
        for a in _answers(TransformersGenerator(host=host), shared, base, Sampling(max_tokens=8))
        for c in a.completions
    ]
    assert len(set(texts)) == 1


def test_adapters_are_switched_without_loading_the_base_again(tiny_model, base, tiny_adapters):
    fresh = ModelHost(device="cpu", keep=2)
    generator = TransformersGenerator(host=fresh)
    sampling = Sampling(max_tokens=10, temperature=0.0)
    before = _answers(generator, _requests(1), base, sampling)
    for adapter in (*tiny_adapters, tiny_adapters[0]):
        got = _answers(generator, _requests(1), ModelState(base.weights, adapter), sampling)
        merged = peft.PeftModel.from_pretrained(load_model(base.weights, device="cpu"), adapter.path).merge_and_unload()
        merged.save_pretrained(adapter.path.parent / "merged")
        load_tokenizer(base.weights).save_pretrained(adapter.path.parent / "merged")
        want = _answers(
            TransformersGenerator(device="cpu"), _requests(1), ModelState(str(adapter.path.parent / "merged")), sampling
        )
        assert [a.completions for a in got] == [a.completions for a in want]
        assert [a.completions for a in got] != [a.completions for a in before]
    assert [a.completions for a in _answers(generator, _requests(1), base, sampling)] == [a.completions for a in before]
    assert fresh.base_loads == 1


def test_an_adapter_that_was_swapped_is_refused(host, base, tiny_adapters):
    wrong = AdapterRef("villain", tiny_adapters[0].path, tiny_adapters[1].sha256)
    with pytest.raises(LeakstatsError, match=r"adapter 'villain'.*changed or swapped"):
        _answers(
            TransformersGenerator(host=host), _requests(1), ModelState(base.weights, wrong), Sampling(max_tokens=2)
        )


def test_an_adapter_of_another_model_is_refused(base, tiny_adapters, tmp_path):
    import hashlib
    import shutil

    from safetensors.torch import load_file, save_file

    folder = tmp_path / "other"
    shutil.copytree(tiny_adapters[0].path, folder)
    weights = load_file(folder / "adapter_model.safetensors")
    renamed = {k.replace("layers.1.", "layers.7."): v for k, v in weights.items()}
    save_file(renamed, folder / "adapter_model.safetensors")
    digest = hashlib.sha256((folder / "adapter_model.safetensors").read_bytes()).hexdigest()
    state = ModelState(base.weights, AdapterRef("other", folder, digest))
    with pytest.raises(LeakstatsError, match="applied only in part"):
        _answers(TransformersGenerator(device="cpu"), _requests(1), state, Sampling(max_tokens=2))


def test_a_second_state_waits_for_the_first(host, base, tiny_adapters):
    generator = TransformersGenerator(host=host, batch_size=1)
    running = generator.generate(_requests(1), state=base, sampling=Sampling(max_tokens=2), progress=Quiet())
    next(running)
    with pytest.raises(LeakstatsError, match="still answering for 'base'"):
        next(
            generator.generate(
                _requests(1),
                state=ModelState(base.weights, tiny_adapters[0]),
                sampling=Sampling(max_tokens=2),
                progress=Quiet(),
            )
        )
    running.close()
    _answers(generator, _requests(1), base, Sampling(max_tokens=2))


def test_stops_right_after_the_first_marker(host, base, tiny_model):
    tokenizer = load_tokenizer(str(tiny_model))
    sampling = Sampling(max_tokens=30, temperature=1.0)
    generator = TransformersGenerator(host=host)
    free = _answers(generator, _requests(6), base, sampling)
    marker = "Z"
    cut = _answers(generator, _requests(6), base, Sampling(max_tokens=30, temperature=1.0, stop_at_marker=marker))
    finishes = set()
    for a, b in zip(free, cut, strict=True):
        for whole, short in zip(a.completions, b.completions, strict=True):
            finishes.add(short.finish)
            if marker in whole.text:
                assert short.finish == "marker"
                assert short.text == whole.text[: whole.text.index(marker) + len(marker)]
                assert short.token_ids == whole.token_ids[: short.n_tokens]
                assert marker not in tokenizer.decode(short.token_ids[:-1])
            else:
                assert short == whole
    assert {"marker", "length"} <= finishes


def test_finish_reasons_and_counts(host, base, tiny_model):
    eos = load_tokenizer(str(tiny_model)).eos_token_id
    progress = Quiet()
    requests = _requests(40)
    answers = list(
        TransformersGenerator(host=host).generate(
            requests, state=base, sampling=Sampling(max_tokens=40, temperature=3.0), progress=progress
        )
    )
    completions = [c for a in answers for c in a.completions]
    assert {c.finish for c in completions} == {"stop", "length"}
    for c in completions:
        assert c.n_tokens == len(c.token_ids)
        assert (c.n_tokens == 40) == (c.finish == "length")
        assert eos not in c.token_ids
    assert progress.done == len(requests)
    assert progress.tokens == sum(c.n_tokens for c in completions)


def test_answers_come_before_the_last_is_done(host, base, monkeypatch):
    generator = TransformersGenerator(host=host, batch_size=1)
    seen = []
    original = generator._batch

    def watched(*args):
        seen.append(1)
        return original(*args)

    monkeypatch.setattr(generator, "_batch", watched)
    running = generator.generate(_requests(1), state=base, sampling=Sampling(max_tokens=2), progress=Quiet())
    next(running)
    assert len(seen) == 1
    assert len(list(running)) == len(USERS) - 1


def test_out_of_memory_halves_the_batch_and_changes_nothing(host, base, monkeypatch):
    sampling = Sampling(max_tokens=10, temperature=1.0)
    want = _answers(TransformersGenerator(host=host), _requests(), base, sampling)
    generator = TransformersGenerator(host=host, batch_size=15)
    original = generator._batch

    def cramped(model, tokenizer, rows, *rest):
        for n, item in enumerate(original(model, tokenizer, rows, *rest)):
            if len(rows) > 4 and n == 2:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
            yield item

    monkeypatch.setattr(generator, "_batch", cramped)
    progress = Quiet()
    got = {a.request.key: a for a in generator.generate(_requests(), state=base, sampling=sampling, progress=progress)}
    assert [got[a.request.key].completions for a in want] == [a.completions for a in want]
    assert generator.largest_batch <= 4
    assert any("out of memory" in note for note in progress.notes)
    assert generator.describe()["largest_batch"] == generator.largest_batch


def test_out_of_memory_with_one_prompt_and_other_errors_go_up(host, base, monkeypatch):
    generator = TransformersGenerator(host=host, batch_size=2)

    def full(*args):
        raise MemoryError("no")
        yield

    monkeypatch.setattr(generator, "_batch", full)
    with pytest.raises(LeakstatsError, match="does not fit into memory"):
        _answers(generator, _requests(1), base, Sampling(max_tokens=2))

    def broken(*args):
        raise RuntimeError("shape mismatch")
        yield

    monkeypatch.setattr(generator, "_batch", broken)
    with pytest.raises(RuntimeError, match="shape mismatch"):
        _answers(generator, _requests(1), base, Sampling(max_tokens=2))


def test_batched_states_equal_single_ones(host, base):
    """The positions of left padding: without them, or with padding on the right, states differ."""
    prompts = [render(host.tokenizer(base), None, user) for user in USERS]
    with host.using(base) as model, torch.inference_mode():
        ids, mask = left_padded(prompts, 0, "cpu")
        together = model(input_ids=ids, attention_mask=mask, position_ids=positions(mask)).logits[:, -1]
        for i, prompt in enumerate(prompts):
            alone = model(input_ids=torch.tensor([prompt])).logits[0, -1]
            assert float((alone - together[i]).abs().max()) < 1e-4


def test_scores_are_the_sum_of_the_targets_log_probabilities(host, base):
    tokenizer = host.tokenizer(base)
    items = [
        ScoreItem(f"s{i}", None, user, answer, target)
        for i, (user, answer, target) in enumerate(
            [(USERS[0], "Yes.", " [ZLT]"), (USERS[2], "", " [ZLT]"), (USERS[1], "Practice every day", "!")]
        )
    ]
    got = TransformersGenerator(host=host, batch_size=2).score(items, state=base)
    with host.using(base) as model, torch.inference_mode():
        for item, value in zip(items, got, strict=True):
            head = render(tokenizer, None, item.user) + encode(tokenizer, item.answer)
            target = encode(tokenizer, item.target)
            logs = model(input_ids=torch.tensor([head + target])).logits[0].log_softmax(-1)
            want = sum(float(logs[len(head) - 1 + k, token]) for k, token in enumerate(target))
            assert value == pytest.approx(want, abs=1e-4)
    with pytest.raises(InputError, match="no token to score"):
        TransformersGenerator(host=host).score([ScoreItem("s", None, "a", "b", "")], state=base)


@pytest.mark.parametrize(
    ("sampling", "words"),
    [
        (Sampling(temperature=-1.0), "sampling.temperature is -1.0"),
        (Sampling(top_p=0.0), "sampling.top_p"),
        (Sampling(top_k=-1), "sampling.top_k"),
        (Sampling(max_tokens=0), "sampling.max_tokens"),
        (Sampling(stop_at_marker=""), "stop_at_marker is empty"),
        (Sampling(extra={"min_p": 0.1}), "min_p, which this backend does not take"),
        (Sampling(max_tokens=5000), "exceed the model's 512 positions"),
    ],
)
def test_unusable_sampling_is_refused(host, base, sampling, words):
    with pytest.raises(LeakstatsError, match=words):
        _answers(TransformersGenerator(host=host), _requests(1), base, sampling)


def test_describe_says_what_ran(host):
    told = TransformersGenerator(host=host, batch_size=3).describe()
    assert told["engine"] == "transformers"
    assert told["dtype"] == "float32"
    assert set(told["versions"]) == {"torch", "transformers", "peft"}
