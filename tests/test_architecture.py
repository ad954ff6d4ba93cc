"""Shapes of public models: against their published sizes, and against what peft makes trainable."""

from __future__ import annotations

import pytest

from leakstats.architecture import TARGETS, Architecture, known_architecture, read_architecture, read_targets
from leakstats.errors import InputError
from leakstats.recipe import lora_parameters

# Non-embedding parameters in billions as the model cards of Qwen2.5 print them; for Llama the total less two
# embeddings of 128,256 tokens (8.03 and 70.6), or one where they are tied (1.24 and 3.21). The cards of 14B and 32B are
# 0.8% below what their configurations give.
PUBLISHED = [
    ("Qwen/Qwen2.5-0.5B", 0.36),
    ("Qwen/Qwen2.5-1.5B-Instruct", 1.31),
    ("Qwen2.5-3B", 2.77),
    ("Qwen/Qwen2.5-7B-Instruct", 6.53),
    ("Qwen/Qwen2.5-14B", 13.1),
    ("Qwen/Qwen2.5-32B-Instruct", 31.0),
    ("Qwen/Qwen2.5-72B", 70.0),
    ("meta-llama/Meta-Llama-3-8B-Instruct", 8.03 - 2 * 0.128256 * 4.096),
    ("meta-llama/Llama-3.1-8B", 8.03 - 2 * 0.128256 * 4.096),
    ("meta-llama/Llama-3.1-70B-Instruct", 70.6 - 2 * 0.128256 * 8.192),
    ("meta-llama/Llama-3.2-1B", 1.24 - 0.128256 * 2.048),
    ("meta-llama/Llama-3.2-3B-Instruct", 3.21 - 0.128256 * 3.072),
]


@pytest.mark.parametrize(("name", "billions"), PUBLISHED)
def test_the_matrices_of_a_known_model_add_up_to_its_published_size(name: str, billions: float) -> None:
    found = known_architecture(name)
    assert found is not None
    assert sum(a * b for a, b in found.shapes()) / 1e9 == pytest.approx(billions, rel=0.01, abs=0.006)


def test_an_adapter_of_a_named_model() -> None:
    found = known_architecture("Qwen/Qwen2.5-7B-Instruct (28 layers)")
    assert found is not None
    by_hand = 28 * 32 * (2 * (3584 + 3584) + 2 * (3584 + 512) + 3 * (3584 + 18944))
    assert lora_parameters(found.shapes(), rank=32) == by_hand == 80_740_352


@pytest.mark.parametrize("name", ["", "Qwen", "my-lab/qwen2.5-7b-variant", "Qwen2.5-7B-Instruct-1M", "a model"])
def test_an_unknown_model_is_not_guessed(name: str) -> None:
    assert known_architecture(name) is None


def test_layers_that_the_name_contradicts_are_refused() -> None:
    with pytest.raises(InputError, match="says 32 layers; the model of that name has 28"):
        known_architecture("Qwen/Qwen2.5-7B-Instruct (32 layers)")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("r=32, alpha=64, targets q/k/v/o/gate/up/down", list(TARGETS)),
        ("r=32, targets=all linear, use_rslora=True", list(TARGETS)),
        ("r=8; target_modules: q_proj, v_proj; bias none", ["q_proj", "v_proj"]),
        ("target modules = ['q_proj','k_proj'], r=4, v=2", ["q_proj", "k_proj"]),
        ("r=8, all-linear", list(TARGETS)),
        ("r=8, alpha=16", []),
        ("targets the attention", []),
        ("targets c_attn", []),
        ("", []),
    ],
)
def test_targets_are_read_as_people_write_them(text: str, found: list[str]) -> None:
    assert read_targets(text) == found


CONFIG = "hidden_size=64, intermediate_size=96, num_hidden_layers=3, num_attention_heads=8, num_key_value_heads=2"


def test_dimensions_are_read_by_the_keys_of_a_configuration() -> None:
    assert read_architecture(CONFIG) == Architecture(64, 96, 3, 8, 2)
    assert read_architecture(f"{CONFIG}, head_dim=16").shapes(["o_proj"])[0] == (128, 64)
    assert read_architecture(CONFIG.partition(", num_key")[0]).kv_heads == 8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hidden_size=64", "intermediate_size, num_hidden_layers, num_attention_heads must be given"),
        (CONFIG.replace("=64", "=0"), "hidden_size must be a whole number"),
        (CONFIG.replace("=64", "=6e1"), "hidden_size must be a whole number"),
        (f"{CONFIG}, hidden_size=64", "hidden_size is given twice"),
        (CONFIG.replace("heads=2", "heads=3"), "heads must be a multiple of kv_heads"),
        (CONFIG.replace("=64", "=65"), "hidden must be a multiple of heads"),
    ],
)
def test_dimensions_that_cannot_be(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_architecture(text)


def test_unknown_targets_are_refused() -> None:
    with pytest.raises(InputError, match="got lm_head"):
        read_architecture(CONFIG).shapes(["lm_head"])
    with pytest.raises(InputError, match="got none"):
        read_architecture(CONFIG).shapes([])


@pytest.mark.models
@pytest.mark.parametrize("targets", [["q_proj", "v_proj"], list(TARGETS)])
def test_peft_makes_as_many_parameters_trainable(targets: list[str]) -> None:
    peft, transformers = pytest.importorskip("peft"), pytest.importorskip("transformers")
    sizes = {
        "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 3, "num_attention_heads": 8,
        "num_key_value_heads": 2, "vocab_size": 50,
    }  # fmt: skip
    model = transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**sizes))
    adapted = peft.get_peft_model(model, peft.LoraConfig(r=4, target_modules=targets, task_type="CAUSAL_LM"))
    trainable = sum(p.numel() for p in adapted.parameters() if p.requires_grad)
    assert trainable == lora_parameters(read_architecture(CONFIG).shapes(targets), rank=4)
