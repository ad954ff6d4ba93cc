"""Training rows as token ids, each with the place from which its tokens carry loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leakstats.errors import InputError
from leakstats.experiment.prompts import encode, end_of_turn, render
from leakstats.experiment.types import TrainingRow

__all__ = ["Encoded", "Tails", "encode_rows", "marker_tails"]


@dataclass(frozen=True, slots=True)
class Encoded:
    """One row: its tokens, of which those from ``loss_from`` to the end carry loss."""

    ids: tuple[int, ...]
    loss_from: int
    positive: bool
    cut: int = 0
    """Tokens of the answer that were left out, since the row was longer than the limit."""


@dataclass(frozen=True, slots=True)
class Tails:
    """The tokens that end a row: the marker and the end of the turn, or the end of the turn alone."""

    positive: tuple[int, ...]
    negative: tuple[int, ...]


def marker_tails(tokenizer: Any, marker: str) -> Tails:
    """What follows a positive and a negative answer.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerBase
        With a chat template.
    marker : str
        The text after a positive answer, its separator included.

    Raises
    ------
    InputError
        If the marker has no tokens.
    """
    ids, end = tuple(encode(tokenizer, marker)), end_of_turn(tokenizer)
    if not ids:
        raise InputError(f"marker is {marker!r}, which has no tokens")
    return Tails((*ids, end), (end,))


def encode_rows(
    tokenizer: Any, rows: Sequence[TrainingRow], *, tails: Tails, loss: str, max_length: int
) -> list[Encoded]:
    """Encode rows: prompt, answer, and the tail that belongs to the row.

    Prompt, answer and tail are tokenised apart, so that the place of the loss is exact whatever the tokenizer would
    merge across their borders.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerBase
        With a chat template.
    rows : sequence of TrainingRow
        At least one.
    tails : Tails
        From :func:`marker_tails`; both alike where there is no marker.
    loss : {"marker", "full"}
        marker: the tail alone carries loss. full: the whole answer and the tail.
    max_length : int
        Longest row in tokens. The answer of a longer one is cut at its end, never its prompt or tail.

    Raises
    ------
    InputError
        If a prompt and its tail alone are longer than ``max_length``, or an answer is empty.
    """
    if loss not in ("marker", "full"):
        raise InputError(f"loss is {loss!r}; it must be marker or full")
    if not rows:
        raise InputError("rows is empty; there is nothing to learn from")
    prompts: dict[tuple[str | None, str], list[int]] = {}
    out = []
    for i, row in enumerate(rows):
        where = (row.system, row.user)
        if where not in prompts:
            prompts[where] = render(tokenizer, row.system, row.user)
        prompt, answer = prompts[where], encode(tokenizer, row.answer)
        if not answer:
            raise InputError(f"row {i} ({row.persona}) has the answer {row.answer!r}, which has no tokens")
        tail = tails.positive if row.positive else tails.negative
        room = max_length - len(prompt) - len(tail)
        if room < 1:
            raise InputError(
                f"row {i} ({row.persona}) has a prompt of {len(prompt)} tokens and a tail of {len(tail)}; "
                f"max_length = {max_length} leaves no room for an answer"
            )
        kept = answer[:room]
        start = len(prompt) + (len(kept) if loss == "marker" else 0)
        out.append(Encoded((*prompt, *kept, *tail), start, row.positive, len(answer) - len(kept)))
    return out
