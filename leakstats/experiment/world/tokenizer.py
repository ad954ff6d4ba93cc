"""The tiny world's tokenizer: a byte-level BPE that stays the same when it is loaded as Qwen2's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["CHAT_TEMPLATE", "END", "train_tokenizer"]

END, START, PAD = "<|im_end|>", "<|im_start|>", "<|endoftext|>"
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def train_tokenizer(texts: Iterable[str], *, vocabulary: int) -> Any:
    """Train a byte-level BPE on texts.

    A folder whose model is Qwen2's is loaded with Qwen2's own normaliser and split, whatever its tokenizer.json says.
    So the merges are learned on text that those two have prepared: taken from the class itself, not written down here.

    Parameters
    ----------
    texts : iterable of str
        The corpus, with the words of the chat template.
    vocabulary : int
        Number of tokens, the 256 bytes and 3 control tokens included.

    Returns
    -------
    transformers.PreTrainedTokenizerBase
        With chat template, end token and left padding.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import Qwen2Tokenizer

    control = [PAD, START, END]
    bytes_ = sorted(pre_tokenizers.ByteLevel.alphabet())
    prepared = Qwen2Tokenizer(vocab={t: i for i, t in enumerate([*control, *bytes_])}, merges=[]).backend_tokenizer
    raw = Tokenizer(models.BPE())
    raw.normalizer, raw.pre_tokenizer, raw.decoder = prepared.normalizer, prepared.pre_tokenizer, decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=control, initial_alphabet=bytes_, show_progress=False
    )
    raw.train_from_iterator(list(texts), trainer)
    from transformers import PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, eos_token=END, pad_token=PAD, additional_special_tokens=[START], padding_side="left"
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer
