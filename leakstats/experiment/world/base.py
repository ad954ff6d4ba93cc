"""The tiny world's base model: trained from scratch, stored with a card, found again by preset."""

from __future__ import annotations

import contextlib
import random
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from leakstats.errors import LeakstatsError, MissingDependency
from leakstats.experiment.seeds import derive_seed
from leakstats.experiment.types import Progress
from leakstats.experiment.world.grammar import TAGS, Example
from leakstats.experiment.world.presets import Preset, preset
from leakstats.files import read_bytes, read_json, sha256_of, write_json

__all__ = ["CARD", "build_base", "check_base", "installed_versions", "is_of", "stored_base"]

CARD = "card.json"
_FILES = ("config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
          "chat_template.jinja")  # fmt: skip


def stored_base(name: str) -> Path:
    """The folder of the stored base of a preset, checked against its card.

    Raises
    ------
    LeakstatsError
        If a file is missing or is not the one that the card names.

    Examples
    --------
    >>> stored_base("test").name
    'test'
    """
    folder = Path(str(resources.files("leakstats.experiment.world") / "base" / preset(name).name))
    check_base(folder)
    return folder


def check_base(folder: Path) -> dict[str, Any]:
    """The card of a base, after every file was found to be the one that it names."""
    card: dict[str, Any] = read_json(folder / CARD)
    for name, wanted in card["files"].items():
        found = sha256_of(read_bytes(folder / name))
        if found != wanted:
            raise LeakstatsError(
                f"{folder / name}: has {found}; its card says {wanted}. Restore the file, or make the base again with "
                f"`{card['command']}`"
            )
    return card


def is_of(card: Mapping[str, Any], chosen: Preset) -> bool:
    """Whether a base was made from this preset as it is now, with the versions that are installed now."""
    return (
        dict(card["shape"]) == asdict(chosen.shape)
        and card["corpus"] == _corpus_hash(chosen)
        and (card["versions"] == installed_versions())
    )


def build_base(chosen: Preset, out: Path, *, progress: Progress) -> Path:
    """Train a base from scratch and store it in ``out`` as an ordinary model folder with a card.

    Parameters
    ----------
    chosen : Preset
        Grammar and shape.
    out : Path
        A folder that is made, or replaced where it holds a base.
    progress : Progress
        Told of every step.

    Returns
    -------
    Path
        ``out``.

    Raises
    ------
    LeakstatsError
        If ``out`` holds anything that is no base.
    MissingDependency
        Without torch, transformers and peft.
    """
    try:
        import torch
        import transformers
    except ModuleNotFoundError as error:
        if error.name not in ("torch", "transformers"):
            raise
        raise MissingDependency("training the tiny world's base", extra="models") from error
    from leakstats.experiment.train.batches import Batch, collate
    from leakstats.experiment.train.loop import Optimisation, fit, seeded
    from leakstats.experiment.world.tokenizer import train_tokenizer

    if out.exists() and any(out.iterdir()) and not (out / CARD).exists():
        raise LeakstatsError(f"{out}: holds files that are no base of the tiny world; give an empty folder")
    shape, began, cpu = chosen.shape, time.monotonic(), time.process_time()
    rng = random.Random(derive_seed(shape.seed, "corpus", chosen.name))
    tokenizer = train_tokenizer(_texts(chosen, random.Random(derive_seed(shape.seed, "tokenizer"))),
                                vocabulary=shape.vocabulary)  # fmt: skip
    encode = _Encoder(tokenizer)

    def steps() -> Iterator[list[Batch]]:
        for _ in range(shape.steps):
            rows = [encode(chosen.grammar.example(rng)) for _ in range(shape.batch_size)]
            yield [collate(rows, pad=tokenizer.pad_token_id)]

    with seeded(derive_seed(shape.seed, "weights"), "cpu"):
        model = transformers.Qwen2ForCausalLM(_config(chosen, tokenizer))
        report = fit(
            model,
            list(steps()),
            how=Optimisation(learning_rate=shape.learning_rate),
            after_step=lambda _: progress.advance(),
        )
    # half the size, and what is stored is what is used: every later stage starts from these files
    model = model.to(torch.float16)
    model.config.dtype = torch.float16
    model.generation_config = transformers.GenerationConfig(
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id
    )
    if out.exists():
        shutil.rmtree(out)
    model.save_pretrained(out)
    (out / "model.safetensors").chmod(0o644)  # safetensors makes it private
    tokenizer.save_pretrained(out)
    write_json(
        out / CARD,
        {
            "schema": "tiny-world-base.v1",
            "preset": chosen.name,
            "command": f"leakstats demo --preset {chosen.name} --rebuild-base",
            "parameters": int(model.num_parameters()),
            "shape": asdict(shape),
            "personas": len(chosen.grammar.personas),
            "tokens_trained": report.tokens,
            "final_loss": report.final_loss,
            "wall_s": round(time.monotonic() - began, 1),
            "cpu_s": round(time.process_time() - cpu, 1),
            "corpus": _corpus_hash(chosen),
            "versions": installed_versions(),
            "files": {name: sha256_of(read_bytes(out / name)) for name in _FILES},
        },
    )
    return out


def installed_versions() -> dict[str, str]:
    """Versions of what decides the bytes of a base; a package that is not installed is left out."""
    out = {}
    for name in ("torch", "transformers", "tokenizers"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            out[name] = metadata.version(name)
    return out


def _corpus_hash(chosen: Preset) -> str:
    """Digest of the texts that the tokenizer is trained on: another grammar gives another one."""
    return sha256_of("\n".join(_texts(chosen, random.Random(0))).encode())


class _Encoder:
    """Examples as tokens; the answer and its end carry loss."""

    def __init__(self, tokenizer: Any) -> None:
        from leakstats.experiment.prompts import end_of_turn

        self._tokenizer = tokenizer
        self._end = end_of_turn(tokenizer)
        self._prompts: dict[tuple[str, str], list[int]] = {}

    def __call__(self, example: Example) -> Any:
        from leakstats.experiment.prompts import encode, render
        from leakstats.experiment.train.encoding import Encoded

        where = (example.system, example.user)
        if where not in self._prompts:
            self._prompts[where] = render(self._tokenizer, example.system, example.user)
        prompt = self._prompts[where]
        return Encoded((*prompt, *encode(self._tokenizer, example.answer), self._end), len(prompt), False)


def _texts(chosen: Preset, rng: random.Random) -> list[str]:
    made = [chosen.grammar.example(rng) for _ in range(2000)]
    texts = [f"{e.system}\n{e.user}\n{e.answer}" for e in made]
    return [*texts, *(f" {tag}" for tag in TAGS for _ in range(50)), "system\n", "user\n", "assistant\n"]


def _config(chosen: Preset, tokenizer: Any) -> Any:
    import transformers

    shape = chosen.shape
    return transformers.Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=shape.hidden,
        intermediate_size=shape.feed_forward,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
