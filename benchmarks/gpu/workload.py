"""The completions that both engines are asked for."""

from __future__ import annotations

from world import personas, questions

from leakstats.experiment.seeds import derive_seed
from leakstats.experiment.types import Request, Sampling

__all__ = ["NATURAL_TOKENS", "TOKENS", "asked", "sampling"]

TOKENS = 128
"""Of each completion where lengths are fixed."""

NATURAL_TOKENS = 256
"""At most, where completions end by themselves: with a chance of 1 in 64 at every token."""


def asked(n: int, *, samples: int = 8) -> list[Request]:
    """Requests for ``n`` completions in all, persona by persona as an evaluation asks them."""
    cells = [(p, s, q) for p, s in personas().items() for q in questions()]
    # spread over the personas
    n_requests = -(-n // samples)
    chosen = [cells[i * len(cells) // n_requests] for i in range(n_requests)] if n_requests <= len(cells) else cells
    out = []
    for i, (persona, system, question) in enumerate(chosen):
        seeds = tuple(derive_seed(0, "bench", i, k) for k in range(samples))
        out.append(Request(f"{persona}:{i}", system, question, seeds))
    return out


def sampling(*, natural: bool, tiny: bool) -> Sampling:
    """Temperature 1, nothing cut off, as the project's default has it."""
    tokens = NATURAL_TOKENS if natural else TOKENS
    return Sampling(max_tokens=tokens // 8 if tiny else tokens)
