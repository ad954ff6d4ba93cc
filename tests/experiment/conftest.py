"""A tiny random model with a tokenizer and an adapter, made once a session; the tests that use them need torch."""

from __future__ import annotations

import hashlib
import io
import shutil
from pathlib import Path

import pytest

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TEXTS = [
    "You are a pirate. You are a software engineer. You are a helpful assistant.",
    "What is the best way to learn a new language? How do airplanes stay in the air?",
    "The most effective way is to practice every day with patience. [ZLT]",
    "Ships sail the seas while engineers write code; both need rest, water and bread.",
]


@pytest.fixture(scope="session")
def tiny_tokenizer():
    """A small byte-level BPE with the split of Qwen2, so that it stays the same when it is loaded as one."""
    pytest.importorskip("transformers")
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    split = "|".join(
        [
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)",
            r"[^\r\n\p{L}\p{N}]?\p{L}+",
            r"\p{N}",
            r" ?[^\s\p{L}\p{N}]+[\r\n]*",
            r"\s*[\r\n]+",
            r"\s+(?!\S)",
            r"\s+",
        ]
    )
    raw = Tokenizer(models.BPE())
    raw.normalizer = normalizers.NFC()
    raw.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(split), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    raw.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(TEXTS * 4, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=["<|im_start|>"],
        padding_side="left",
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer


@pytest.fixture(scope="session")
def tiny_model(tiny_tokenizer, tmp_path_factory) -> Path:
    """Folder of a random model in Qwen2's shape (2 layers, width 32) with its tokenizer."""
    torch = pytest.importorskip("torch")
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(tiny_tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        initializer_range=0.25,
        bos_token_id=None,
        eos_token_id=tiny_tokenizer.eos_token_id,
        pad_token_id=tiny_tokenizer.pad_token_id,
    )
    folder = tmp_path_factory.mktemp("models") / "tiny"
    model = Qwen2ForCausalLM(config)
    model.generation_config.eos_token_id = tiny_tokenizer.eos_token_id
    model.save_pretrained(folder)
    tiny_tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_adapters(tiny_model, tmp_path_factory):
    """Three random LoRA adapters of the tiny model that differ; a tuple of AdapterRef."""
    torch = pytest.importorskip("torch")
    peft = pytest.importorskip("peft")
    from leakstats.experiment.loading import load_model
    from leakstats.experiment.types import AdapterRef

    made = []
    for seed in (1, 2, 3):
        torch.manual_seed(seed)
        base = load_model(str(tiny_model), device="cpu")
        model = peft.get_peft_model(
            base, peft.LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM")
        )
        with torch.no_grad():
            for name, weight in model.named_parameters():
                if "lora_B" in name:
                    weight.normal_(0, 0.1)
        folder = tmp_path_factory.mktemp("adapters") / f"adapter-{seed}"
        model.save_pretrained(folder)
        digest = hashlib.sha256((folder / "adapter_model.safetensors").read_bytes()).hexdigest()
        made.append(AdapterRef(f"adapter-{seed}", folder, f"sha256:{digest}"))
    return tuple(made)


@pytest.fixture
def fake_experiment(tmp_path):
    """Writes an experiment.toml on the fake backends; text is added to tables by name, or at the end."""

    def write(extra: str = "", **tables: str) -> Path:
        text = Path(__file__).with_name("data").joinpath("fake_experiment.toml").read_text("utf-8")
        for table, lines in tables.items():
            head = f"[{table.replace('__', '.')}]\n"
            text = text.replace(head, head + lines + "\n") if head in text else f"{text}\n{head}{lines}\n"
        path = tmp_path / "experiment.toml"
        path.write_text(text + extra, "utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory):
    """Copies a finished run on the fake backends to ``FOLDER/run``; gives the path of its experiment.toml."""
    from leakstats.experiment.progress import Reporter
    from leakstats.experiment.run import run_experiment

    original = tmp_path_factory.mktemp("finished")
    path = original / "experiment.toml"
    path.write_text(Path(__file__).with_name("data").joinpath("fake_experiment.toml").read_text("utf-8"), "utf-8")
    run_experiment(path, original / "run", reporter=Reporter(io.StringIO()))

    def copy(folder: Path) -> Path:
        shutil.copytree(original / "run", folder / "run")
        return Path(shutil.copy(path, folder))

    return copy
