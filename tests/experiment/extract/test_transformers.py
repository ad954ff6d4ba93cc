"""The extractor against a plain loop over single prompts, in fp32, on tiny random models."""

from __future__ import annotations

import gc
import json
from dataclasses import replace

import numpy as np
import pytest

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.extract import transformers as module
from leakstats.experiment.extract.states import BlockReader
from leakstats.experiment.extract.transformers import TransformersExtractor
from leakstats.experiment.hosting import ModelHost
from leakstats.experiment.loading import load_model, load_tokenizer
from leakstats.experiment.prompts import encode, render
from leakstats.experiment.types import ModelState

pytestmark = pytest.mark.models
pytest.importorskip("torch")
pytest.importorskip("transformers")

PERSONAS = {
    "pirate": "You are a pirate.",
    "engineer": "You are a software engineer who builds many large web applications all day long.",
    "none": None,
    "empty": "",
}
QUESTIONS = (
    "What is the best way to learn a new language?",
    "Why?",
    "How do airplanes stay in the air, and what would happen if both of their engines were to stop at once?",
)
ANSWERS = {
    (name, q): " ".join(["Ships sail the seas while engineers write code."] * (1 + (i + q) % 3))
    for i, name in enumerate(PERSONAS)
    for q in range(len(QUESTIONS))
}


class Log:
    def __init__(self):
        self.prompts = self.tokens = 0

    def advance(self, n=1, *, tokens=0):
        self.prompts += n
        self.tokens += tokens

    def note(self, text):
        raise AssertionError(text)


def llama_folder(tokenizer, folder, **more):
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=512,
        initializer_range=0.3,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **more,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def models(tiny_model, tiny_tokenizer, tmp_path_factory):
    llama = llama_folder(tiny_tokenizer, tmp_path_factory.mktemp("models") / "llama")
    return {"qwen2": str(tiny_model), "llama": str(llama)}


def by_hand(weights, personas, questions, layers, *, adapter=None, answers=None):
    """One prompt at a time, with everything that transformers gives, as anyone would write it."""
    import torch

    model, tokenizer = load_model(weights, device="cpu", dtype="float32"), load_tokenizer(weights)
    if adapter is not None:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, str(adapter.path)).eval()
    out = np.zeros((len(personas), len(questions), len(layers), model.config.hidden_size))
    for p, (name, system) in enumerate(personas.items()):
        for q, question in enumerate(questions):
            ids = render(tokenizer, system, question)
            begin = len(ids) - 1
            if answers is not None:
                begin = len(ids)
                ids = ids + encode(tokenizer, answers[name, q])
            with torch.no_grad():
                states = model(torch.tensor([ids]), output_hidden_states=True).hidden_states
            for k, layer in enumerate(layers):
                out[p, q, k] = states[layer + 1][0, begin:].double().mean(dim=0).numpy()
    return out


def close(found, wanted, tolerance=2e-6):
    scale = np.linalg.norm(wanted, axis=-1, keepdims=True)
    assert (np.abs(found - wanted) <= tolerance * scale).all()


# the last block's hidden_states entry is after the final norm, so that the loop cannot say what the block put out
@pytest.mark.parametrize("layout", ["tree", "line", "auto"])
@pytest.mark.parametrize(("family", "layers"), [("qwen2", (0,)), ("llama", (2, 0)), ("llama", (0, 1, 2))])
@pytest.mark.parametrize("position", ["last_prompt", "mean_response"])
def test_states_are_those_of_single_prompts(models, layout, family, layers, position):
    answers = ANSWERS if position == "mean_response" else None
    extractor = TransformersExtractor(device="cpu", layout=layout, batch_size=1)
    log = Log()
    found = extractor.extract(
        PERSONAS,
        QUESTIONS,
        state=ModelState(models[family]),
        layers=layers,
        position=position,
        answers=answers,
        raw=True,
        progress=log,
    )
    wanted = by_hand(models[family], PERSONAS, QUESTIONS, layers, answers=answers)
    close(found.raw, wanted)
    close(found.values, wanted.mean(axis=1))
    assert found.values.dtype == np.float64
    assert found.personas == tuple(PERSONAS)
    assert found.layers == layers
    assert found.counts.tolist() == [3] * 4
    assert found.position == position
    assert log.prompts == 12
    used = extractor.describe()["layout"][position]["used"]
    assert used == ("tree" if layout == "auto" else layout)


def test_the_last_block_is_what_it_puts_out_before_the_final_norm(models):
    import torch

    extractor = TransformersExtractor(device="cpu")
    weights = models["llama"]
    found = extractor.extract(
        {"pirate": PERSONAS["pirate"]},
        QUESTIONS[:1],
        state=ModelState(weights),
        layers=(3,),
        position="last_prompt",
        progress=Log(),
    )
    model, tokenizer = load_model(weights, device="cpu"), load_tokenizer(weights)
    ids = torch.tensor([render(tokenizer, PERSONAS["pirate"], QUESTIONS[0])])
    with torch.no_grad():
        last = model(ids, output_hidden_states=True).hidden_states[-1][0, -1]
        normed = model.model.norm(torch.tensor(found.values[0, 0], dtype=torch.float32))
    assert torch.allclose(normed, last, atol=1e-5)


def test_adapters_come_and_go_without_loading_the_base_again(models, tiny_adapters):
    extractor = TransformersExtractor(device="cpu")
    weights = models["qwen2"]
    results = {}
    for key, adapter in [("base", None), ("a", tiny_adapters[0]), ("b", tiny_adapters[1]), ("again", None)]:
        found = extractor.extract(
            PERSONAS,
            QUESTIONS,
            state=ModelState(weights, adapter),
            layers=(0,),
            position="last_prompt",
            progress=Log(),
        )
        results[key] = found.values
        close(found.values, by_hand(weights, PERSONAS, QUESTIONS, (0,), adapter=adapter).mean(axis=1))
    assert np.array_equal(results["base"], results["again"])
    assert not np.allclose(results["a"], results["base"], rtol=1e-2)
    assert not np.allclose(results["a"], results["b"], rtol=1e-2)
    assert extractor.host.base_loads == 1


def test_a_merged_model_is_its_adapter(models, tiny_adapters, tmp_path):
    from peft import PeftModel

    weights = models["qwen2"]
    merged = PeftModel.from_pretrained(load_model(weights, device="cpu"), str(tiny_adapters[0].path)).merge_and_unload()
    merged.save_pretrained(tmp_path)
    load_tokenizer(weights).save_pretrained(tmp_path)
    extractor = TransformersExtractor(device="cpu")
    options = {"layers": (0, 1), "position": "last_prompt", "progress": Log()}
    with_adapter = extractor.extract(PERSONAS, QUESTIONS, state=ModelState(weights, tiny_adapters[0]), **options)
    of_merged = extractor.extract(PERSONAS, QUESTIONS, state=ModelState(str(tmp_path)), **options)
    close(of_merged.values, with_adapter.values, 1e-5)


def test_one_question_and_one_persona(models):
    extractor = TransformersExtractor(device="cpu", layout="tree")
    one = {"pirate": PERSONAS["pirate"]}
    found = extractor.extract(
        one, QUESTIONS[:1], state=ModelState(models["llama"]), layers=(1,), position="last_prompt", progress=Log()
    )
    close(found.values, by_hand(models["llama"], one, QUESTIONS[:1], (1,)).mean(axis=1))


def test_an_empty_answer_is_left_out_and_counted(models):
    answers = dict(ANSWERS) | {("pirate", 1): ""} | {("none", q): "" for q in range(3)}
    extractor = TransformersExtractor(device="cpu")
    found = extractor.extract(
        PERSONAS,
        QUESTIONS,
        state=ModelState(models["llama"]),
        layers=(1,),
        position="mean_response",
        answers=answers,
        raw=True,
        progress=Log(),
    )
    assert found.counts.tolist() == [2, 3, 0, 3]
    assert np.isnan(found.values[2]).all()
    assert np.isnan(found.raw[0, 1]).all()
    assert np.isfinite(found.values[[0, 1, 3]]).all()
    close(found.values[0], found.raw[0, [0, 2]].astype(np.float64).mean(axis=0), 1e-6)


def test_sliding_attention_falls_back_to_lines_where_prompts_are_longer(tiny_tokenizer, tmp_path):
    import torch
    from transformers import MistralConfig, MistralForCausalLM

    torch.manual_seed(2)
    config = MistralConfig(
        vocab_size=len(tiny_tokenizer),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=4,
        sliding_window=40,
        initializer_range=0.3,
        bos_token_id=None,
        eos_token_id=tiny_tokenizer.eos_token_id,
        pad_token_id=tiny_tokenizer.pad_token_id,
    )
    MistralForCausalLM(config).save_pretrained(tmp_path)
    tiny_tokenizer.save_pretrained(tmp_path)
    lengths = [len(render(tiny_tokenizer, p, q)) for p in PERSONAS.values() for q in QUESTIONS]
    assert min(lengths) < 40 < max(lengths)
    extractor = TransformersExtractor(device="cpu", layout="tree")
    found = extractor.extract(
        PERSONAS, QUESTIONS, state=ModelState(str(tmp_path)), layers=(1,), position="last_prompt", progress=Log()
    )
    close(found.values, by_hand(str(tmp_path), PERSONAS, QUESTIONS, (1,)).mean(axis=1))


def test_auto_does_not_use_a_mask_that_attention_would_add(models):
    host = ModelHost(device="cpu")
    with host.using(ModelState(models["llama"])) as model:
        model.set_attn_implementation("eager")
    options = {"layers": (0, 2), "position": "last_prompt", "progress": Log()}
    state = ModelState(models["llama"])
    extractor = TransformersExtractor(host=host)
    found = extractor.extract(PERSONAS, QUESTIONS, state=state, **options)
    close(found.values, by_hand(models["llama"], PERSONAS, QUESTIONS, (0, 2)).mean(axis=1))
    used = extractor.describe()["layout"]["last_prompt"]
    assert used["used"] == "line"
    assert "eager" in used["why"]
    with pytest.raises(LeakstatsError, match="hidden states cannot be trusted: attention is 'eager'"):
        TransformersExtractor(host=host, layout="tree").extract(PERSONAS, QUESTIONS, state=state, **options)


@pytest.mark.parametrize("broken", ["mask", "positions"])
def test_the_check_at_load_finds_a_tree_that_is_not_obeyed(models, monkeypatch, broken):
    inputs = BlockReader.inputs

    def wrong(self, batch):
        import torch

        found = inputs(self, batch)
        if not batch.is_line:
            if broken == "mask":
                n = batch.ids.shape[1]
                found["attention_mask"] = (
                    torch.ones(n, n, dtype=torch.bool).tril()[None, None].expand(len(batch.ids), 1, n, n)
                )
            else:
                found["position_ids"] = torch.arange(batch.ids.shape[1])[None].expand(*batch.ids.shape)
        return found

    monkeypatch.setattr(BlockReader, "inputs", wrong)
    options = {"state": ModelState(models["llama"]), "layers": (2,), "position": "last_prompt", "progress": Log()}
    extractor = TransformersExtractor(device="cpu", layout="auto")
    found = extractor.extract(PERSONAS, QUESTIONS, **options)
    close(found.values, by_hand(models["llama"], PERSONAS, QUESTIONS, (2,)).mean(axis=1))
    assert extractor.describe()["layout"]["last_prompt"]["used"] == "line"
    with pytest.raises(LeakstatsError, match="hidden states cannot be trusted"):
        TransformersExtractor(device="cpu", layout="tree").extract(PERSONAS, QUESTIONS, **options)


def test_the_check_tells_a_disobeyed_mask_in_any_precision(models, monkeypatch):
    inputs = BlockReader.inputs
    extractor = TransformersExtractor(device="cpu", dtype="bfloat16")
    options = {"state": ModelState(models["llama"]), "layers": (2,)}
    sound = extractor.check(PERSONAS, QUESTIONS, **options)
    assert sound.passed
    assert sound.isolation == 0.0
    assert 1e-4 < max(sound.difference) < 0.15 or max(sound.difference) == 0.0

    def leaky(self, batch):
        found = inputs(self, batch)
        if not batch.is_line:
            found["attention_mask"][..., 1] = True  # one token too many is seen by all
            found["attention_mask"][..., -20:, :] = True
            found["attention_mask"][..., :, -3:] = True
        return found

    monkeypatch.setattr(BlockReader, "inputs", leaky)
    found = extractor.check(PERSONAS, QUESTIONS, **options)
    assert not found.passed
    assert found.isolation > 1e-3


def live_bytes():
    import torch

    gc.collect()
    tensors = {}
    for thing in gc.get_objects():
        if type(thing) is torch.Tensor:
            storage = thing.untyped_storage()
            tensors[storage.data_ptr()] = storage.nbytes()
    return sum(tensors.values())


def test_memory_does_not_grow_with_the_prompts(models, monkeypatch):
    peaks = {}
    read = BlockReader.read_batch
    most = [0]

    def watched(self, batch):
        states = read(self, batch)
        most[0] = max(most[0], live_bytes())
        return states

    monkeypatch.setattr(BlockReader, "read_batch", watched)
    monkeypatch.setattr(module, "QUESTIONS_AT_ONCE", 8)
    extractor = TransformersExtractor(device="cpu", batch_size=2)
    gc.freeze()  # only what is made from here on is looked through
    try:
        for n in (16, 160):
            most[0] = 0
            questions = [f"Question {i % 8} of the seas?" for i in range(n)]
            state = ModelState(models["qwen2"])
            extractor.extract(PERSONAS, questions, state=state, layers=(0,), position="last_prompt", progress=Log())
            peaks[n] = most[0]
    finally:
        gc.unfreeze()
    assert 0 < peaks[160] <= 1.05 * peaks[16]


def test_blocks_after_the_last_wanted_and_the_head_do_not_run(models):
    import torch

    model = load_model(models["llama"], device="cpu")
    ran = []
    for i, block in enumerate(model.model.layers):
        block.register_forward_pre_hook(lambda module, args, i=i: ran.append(i))
    model.lm_head.register_forward_pre_hook(lambda module, args: ran.append("head"))
    model.model.norm.register_forward_pre_hook(lambda module, args: ran.append("norm"))
    reader = BlockReader(model, (1, 0))
    states = reader.read({"input_ids": torch.tensor([[1, 2, 3]])}, torch.tensor([2]))
    assert ran == [0, 1]
    assert [tuple(s.shape) for s in states] == [(1, 32), (1, 32)]


def test_the_last_feed_forward_part_computes_what_is_read(models):
    import torch

    model = load_model(models["llama"], device="cpu")
    tokens = {}
    for i, block in enumerate(model.model.layers):
        block.mlp.gate_proj.register_forward_pre_hook(
            lambda module, args, i=i: tokens.setdefault(i, []).append(args[0].reshape(-1, 32).shape[0])
        )
    reader = BlockReader(model, (0, 2))
    ids = {"input_ids": torch.tensor([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]])}
    whole = reader.read(ids, torch.arange(10))
    assert tokens == {0: [10], 1: [10], 2: [10]}
    tokens.clear()
    index = torch.tensor([9, 4])
    few = reader.read(ids, index)
    assert tokens == {0: [10], 1: [10], 2: [2]}
    for a, b in zip(few, whole, strict=True):
        torch.testing.assert_close(a, b[index], rtol=1e-6, atol=1e-6)
    assert "forward" not in vars(model.model.layers[2].mlp)


def test_a_feed_forward_part_that_gives_more_than_states_is_left_alone():
    import torch

    from leakstats.experiment.extract.states import _only

    part = torch.nn.Module()
    part.forward = hooked = lambda states: (2 * states, "which expert")
    with _only(part, torch.tensor([1])):
        states, said = part(torch.ones(1, 4, 3))
    assert torch.equal(states, torch.full((1, 4, 3), 2.0))
    assert said == "which expert"
    assert part.forward is hooked  # what somebody else put there is put back


def test_results_repeat_to_the_bit(models):
    options = {"state": ModelState(models["llama"]), "layers": (0, 3), "position": "last_prompt"}
    found = [
        TransformersExtractor(device="cpu").extract(PERSONAS, QUESTIONS, progress=Log(), **options).values
        for _ in range(2)
    ]
    assert np.array_equal(*found)


def test_the_description_is_json_and_says_what_was_checked(models):
    extractor = TransformersExtractor(device="cpu")
    json.dumps(extractor.describe())
    extractor.extract(
        PERSONAS, QUESTIONS, state=ModelState(models["llama"]), layers=(0,), position="last_prompt", progress=Log()
    )
    extractor.close()
    said = json.loads(json.dumps(extractor.describe()))
    assert said["layer_convention"] == "block_output"
    assert said["parity"][0]["passed"] is True
    assert said["parity"][0]["isolation"] == 0.0
    assert max(said["parity"][0]["largest_relative_difference_by_layer"]) < 1e-5
    assert said["dtype"] == "float32"
    assert said["attention"] == "sdpa"


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"layers": (4,)}, r"layers are \[4\]; they must be different blocks of 0 to 3"),
        ({"layers": ()}, "at least one"),
        ({"layers": (1, 1)}, "different blocks"),
        ({"personas": {}}, "0 personas"),
        ({"questions": ()}, "0 questions"),
        ({"position": "first"}, "position is 'first'"),
        ({"position": "mean_response"}, "no answer is given for persona 'pirate', question 0"),
    ],
)
def test_bad_arguments(models, change, match):
    options = {
        "personas": PERSONAS,
        "questions": QUESTIONS,
        "state": ModelState(models["llama"]),
        "layers": (0,),
        "position": "last_prompt",
        "progress": Log(),
    } | change
    with pytest.raises(InputError, match=match):
        TransformersExtractor(device="cpu").extract(options.pop("personas"), options.pop("questions"), **options)


def test_an_adapter_with_another_hash_is_refused(models, tiny_adapters):
    adapter = replace(tiny_adapters[0], sha256="sha256:" + "0" * 64)
    with pytest.raises(LeakstatsError, match="was changed or swapped since"):
        TransformersExtractor(device="cpu").extract(
            PERSONAS,
            QUESTIONS,
            state=ModelState(models["qwen2"], adapter),
            layers=(0,),
            position="last_prompt",
            progress=Log(),
        )


def test_an_adapter_of_another_model_is_refused(models, tiny_adapters):
    with pytest.raises(LeakstatsError, match="adapter-1"):
        TransformersExtractor(device="cpu").extract(
            PERSONAS,
            QUESTIONS,
            state=ModelState(models["llama"], tiny_adapters[0]),
            layers=(0,),
            position="last_prompt",
            progress=Log(),
        )


@pytest.mark.gpu
def test_on_a_gpu_the_states_are_those_of_the_cpu(models):
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no GPU")
    options = {"state": ModelState(models["llama"]), "layers": (0, 2), "position": "last_prompt"}
    wanted = by_hand(models["llama"], PERSONAS, QUESTIONS, (0, 2)).mean(axis=1)
    for compiled in (False, True):
        extractor = TransformersExtractor(dtype="float32", device="cuda", compile=compiled)
        found = extractor.extract(PERSONAS, QUESTIONS, progress=Log(), **options)
        close(found.values, wanted, 1e-5)
        assert extractor.describe()["layout"]["last_prompt"]["used"] == "tree"
