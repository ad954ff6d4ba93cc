"""When a completion that is to end at the marker ends, and what of its text stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["MarkerStop", "decode"]


def decode(tokenizer: Any, tokens: Sequence[int]) -> str:
    """The text of a completion: control tokens left out, nothing cleaned up."""
    return str(tokenizer.decode(list(tokens), skip_special_tokens=True, clean_up_tokenization_spaces=False))


class MarkerStop:
    """Finds the first occurrence of a marker while tokens arrive.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerBase
    marker : str
        Not empty.
    """

    def __init__(self, tokenizer: Any, marker: str) -> None:
        self.marker = marker
        self._tokenizer = tokenizer
        self._may_end: dict[int, bool] = {}

    def hit(self, tokens: Sequence[int]) -> bool:
        """Whether the text of ``tokens``, whose last one is new, holds the marker."""
        last = tokens[-1]
        if last not in self._may_end:
            # a character may be spread over tokens, which decode alone to the replacement character
            piece = decode(self._tokenizer, [last])
            self._may_end[last] = self.marker[-1] in piece or "\ufffd" in piece
        return self._may_end[last] and self.marker in decode(self._tokenizer, tokens)

    def cut(self, text: str) -> str:
        """The text up to the end of the marker's first occurrence."""
        return text[: text.index(self.marker) + len(self.marker)]
