"""Hidden states on a CPU: a persona a row, against one prompt a row and against one prompt at a time."""

from __future__ import annotations

import importlib.util
import logging
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from _timing import Row, main, row

from leakstats.experiment.personas import builtin_personas, builtin_questions
from leakstats.experiment.types import ModelState

__all__ = ["run"]

HIDDEN, INNER, BLOCKS, HEADS, KV = 256, 704, 4, 8, 2
PERSONAS, QUESTIONS = 4, 20
LAYERS = (1, 2)
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


class _Quiet:
    def advance(self, n: int = 1, *, tokens: int = 0) -> None:
        pass

    def note(self, text: str) -> None:
        pass


def _save_model(folder: Path, texts: list[str]) -> None:
    """Random weights (4 million) and a tokenizer made from the texts."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=1000,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw,
        pad_token=special[0],
        eos_token=special[2],
        additional_special_tokens=special[1:2],
        padding_side="left",
    )
    tokenizer.chat_template = TEMPLATE
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=HIDDEN,
        intermediate_size=INNER,
        num_hidden_layers=BLOCKS,
        num_attention_heads=HEADS,
        num_key_value_heads=KV,
        max_position_embeddings=2048,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def run() -> list[Row]:
    """Two rows: the tree against the loop, and against lines. None without torch and transformers."""
    if any(importlib.util.find_spec(name) is None for name in ("torch", "transformers", "peft")):
        print("skipped: needs torch, transformers and peft (pip install 'leakstats[models]')")
        return []
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    import torch
    import transformers

    from leakstats.experiment.extract.transformers import TransformersExtractor
    from leakstats.experiment.loading import load_model, load_tokenizer
    from leakstats.experiment.prompts import render

    transformers.utils.logging.disable_progress_bar()
    logging.getLogger("transformers").setLevel(logging.ERROR)
    personas = {p.name: p.prompt for p in builtin_personas("persona100")[:PERSONAS]}
    questions = builtin_questions("general20")[:QUESTIONS]
    with tempfile.TemporaryDirectory() as folder:
        _save_model(Path(folder), [*(p or "" for p in personas.values()), *questions])
        model, tokenizer = load_model(folder, device="cpu"), load_tokenizer(folder)

        def loop() -> np.ndarray:
            """The whole model with its head for one prompt after another: the usual script."""
            out = np.zeros((len(personas), len(LAYERS), HIDDEN))
            with torch.no_grad():
                for i, system in enumerate(personas.values()):
                    for question in questions:
                        ids = torch.tensor([render(tokenizer, system, question)])
                        hidden = model(ids, output_hidden_states=True).hidden_states
                        for k, layer in enumerate(LAYERS):
                            out[i, k] += hidden[layer + 1][0, -1].double().numpy()
            return out / len(questions)

        def extract(extractor: Any) -> np.ndarray:
            found = extractor.extract(
                personas,
                questions,
                state=ModelState(folder),
                layers=LAYERS,
                position="last_prompt",
                progress=_Quiet(),
            )
            return np.asarray(found.values)

        tree, line = (TransformersExtractor(device="cpu", layout=layout) for layout in ("tree", "line"))
        wanted = loop()
        scale = float(np.linalg.norm(wanted, axis=2).min())
        rows = []
        size = f"{len(personas)} x {len(questions)} prompts"
        for peer_name, peer, target in (
            ("one prompt at a time", loop, 1.5),
            ("one prompt a row", lambda: extract(line), 1.3),
        ):
            equal = all(
                bool(np.linalg.norm(found - wanted, axis=2).max() <= 1e-5 * scale) for found in (extract(tree), peer())
            )
            rows.append(
                row(
                    f"hidden states, {size}, fp32",
                    peer_name,
                    lambda: extract(tree),
                    peer,
                    target=target,
                    equal=equal,
                    repeats=3,
                )
            )
    return rows


if __name__ == "__main__":
    raise SystemExit(main(run()))
