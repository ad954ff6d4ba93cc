"""A model in Qwen2.5-7B's shape with random weights, its tokenizer and adapters, made on the machine."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from leakstats.experiment.personas import builtin_personas, builtin_questions
from leakstats.experiment.types import AdapterRef
from leakstats.files import read_bytes, sha256_of

__all__ = ["SEVEN_B", "TINY", "Shape", "World", "make_world", "open_world"]

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
PIECES = 1000
"""Learned tokens: so few that prompts are as long as the published ones in Qwen's own tokens, 50 on average."""

RANK, ALPHA = 32, 64
SEED = 7
HELD = 0
"""Hidden dimension that no block writes to; the head reads the end token's logit from it, so that lengths are set."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the weights are in size."""

    name: str
    hidden: int
    inner: int
    layers: int
    heads: int
    kv_heads: int
    vocabulary: int
    wanted: tuple[int, ...]
    """Layers that the extraction reads."""

    @property
    def block_parameters(self) -> int:
        """Weights of one block that are multiplied with every token."""
        kv = self.hidden // self.heads * self.kv_heads
        return 2 * self.hidden * self.hidden + 2 * self.hidden * kv + 3 * self.hidden * self.inner

    def flop(self, tokens: int, layers: int, *, head: bool = False) -> float:
        """Multiplications and additions of a forward pass in its matrix products, attention's own left out."""
        each = layers * self.block_parameters + (self.hidden * self.vocabulary if head else 0)
        return 2.0 * each * tokens


SEVEN_B = Shape("Qwen2.5-7B", 3584, 18944, 28, 28, 4, 152064, (10, 15, 20, 25))
TINY = Shape("tiny", 128, 256, 4, 4, 2, 2000, (0, 2))


@dataclass(frozen=True, slots=True)
class World:
    """Where things lie."""

    shape: Shape
    folder: Path
    adapters: tuple[AdapterRef, ...]

    @property
    def fixed(self) -> str:
        """Weights that never end a completion, so that all have ``max_tokens`` tokens."""
        return str(self.folder / "fixed")

    @property
    def natural(self) -> str:
        """Weights that end a completion with the same chance at every token."""
        return str(self.folder / "natural")


def personas() -> dict[str, str | None]:
    """The 111 personas."""
    return {p.name: p.prompt for p in builtin_personas("persona100")}


def questions() -> tuple[str, ...]:
    """20 questions."""
    return builtin_questions("general20")


def _tokenizer(shape: Shape) -> Any:
    """Byte-level BPE with Qwen's split: a few learned pieces, and words that no text merges to fill the vocabulary."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    def dressed(model: Any) -> Any:
        raw = Tokenizer(model)
        raw.normalizer = normalizers.NFC()
        raw.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(SPLIT), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        raw.decoder = decoders.ByteLevel()
        return raw

    raw = dressed(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=PIECES, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    texts = [*(p or "" for p in personas().values()), *questions()]
    raw.train_from_iterator(texts, trainer)
    learned = json.loads(raw.to_str())["model"]
    vocabulary = dict(learned["vocab"])
    for i in range(len(vocabulary), shape.vocabulary - len(SPECIAL)):
        vocabulary[f"\u0120w{i}"] = i
    whole = dressed(models.BPE(vocab=vocabulary, merges=[tuple(m) for m in learned["merges"]]))
    whole.add_special_tokens(list(SPECIAL))
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=whole,
        eos_token=SPECIAL[2],
        pad_token=SPECIAL[0],
        additional_special_tokens=[SPECIAL[1]],
        padding_side="left",
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def _model(shape: Shape, tokenizer: Any, device: str) -> Any:
    import torch
    from transformers import AutoModelForCausalLM, Qwen2Config

    config = Qwen2Config(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        max_position_embeddings=32768,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6},
        rms_norm_eps=1e-6,
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    torch.manual_seed(SEED)
    with torch.device(device):
        model = AutoModelForCausalLM.from_config(
            config, dtype=torch.bfloat16 if device.startswith("cuda") else torch.float32
        )
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    with torch.no_grad():
        model.model.embed_tokens.weight[:, HELD] = 0.05
        for block in model.model.layers:
            block.self_attn.o_proj.weight[HELD] = 0.0
            block.mlp.down_proj.weight[HELD] = 0.0
        model.lm_head.weight[:, HELD] = 0.0
    return model.eval()


def _set_end(model: Any, tokenizer: Any, mean_tokens: float) -> None:
    """Give the end token a chance of 1 / mean_tokens at every step (0: none), by the dimension that is held."""
    import torch

    prompt = [m for p in list(personas().values())[:8] for m in [f"{p} {questions()[0]}"]]
    ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    seen, sums = [], []
    with torch.no_grad():
        for one in ids:
            states = model.model(torch.tensor([one], device=model.device)).last_hidden_state[0, 4:].float()
            logits = states @ model.lm_head.weight.float().T
            seen.append(states[:, HELD])
            sums.append(torch.logsumexp(logits, dim=-1))
        level, total = torch.cat(seen).mean().item(), torch.cat(sums).mean().item()
        model.lm_head.weight[tokenizer.eos_token_id] = 0.0
        wanted = total - math.log(mean_tokens - 1.0) if mean_tokens else -60.0
        model.lm_head.weight[tokenizer.eos_token_id, HELD] = wanted / level


def _adapters(model: Any, folder: Path, n: int) -> None:
    import torch
    from peft import LoraConfig, get_peft_model

    names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    config = LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=names, task_type="CAUSAL_LM")
    wrapped = get_peft_model(model, config, autocast_adapter_dtype=False)
    for i in range(n):
        torch.manual_seed(100 + i)
        with torch.no_grad():
            for name, weight in wrapped.named_parameters():
                if "lora_A" in name:
                    weight.normal_(0.0, weight.shape[1] ** -0.5)
                elif "lora_B" in name:
                    weight.normal_(0.0, 0.01)
                    if "o_proj" in name or "down_proj" in name:
                        weight[HELD] = 0.0
        wrapped.save_pretrained(folder / f"adapter{i}")
    wrapped.unload()


def make_world(shape: Shape, folder: Path, *, device: str, adapters: int = 5, mean_tokens: float = 64.0) -> World:
    """Make weights, tokenizer and adapters in ``folder``, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tokenizer = _tokenizer(shape)
    model = _model(shape, tokenizer, device)
    if adapters:
        _adapters(model, folder, adapters)
    for name, mean in (("natural", mean_tokens), ("fixed", 0.0)):
        _set_end(model, tokenizer, mean)
        model.save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)
    (folder / "world.json").write_text(json.dumps({"shape": asdict(shape), "adapters": adapters}), "utf-8")
    return open_world(folder)


def open_world(folder: Path) -> World:
    """The world that was made there."""
    said = json.loads((folder / "world.json").read_text("utf-8"))
    shape = Shape(**{**said["shape"], "wanted": tuple(said["shape"]["wanted"])})
    found = []
    for i in range(said["adapters"]):
        path = folder / f"adapter{i}"
        found.append(AdapterRef(path.name, path, sha256_of(read_bytes(path / "adapter_model.safetensors"))))
    return World(shape, folder, tuple(found))
