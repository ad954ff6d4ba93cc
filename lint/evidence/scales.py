"""Whether more of a quantity is better: accuracies and scores against losses, errors and delays."""

from __future__ import annotations

import re

from ..regex import regex
from .grids import Line

__all__ = ["merit_of"]

_GOOD = regex(
    r"\b(?:accura\w+|success\w*|pass\w*|auroc|auc|scores?|correct\w*|recall|f1|precision|bleu|rouge|wins?|solv\w+|"
    r"reward|"
    r"throughput|tokens/s|exact match|chrf|agreement)\b",
    re.IGNORECASE,
)
_BAD = regex(
    r"\b(?:loss|perplexity|ppl|errors?|fail\w*|latenc\w+|kl|wer|cer|costs?|time|delays?|distances?|wrong|malformed|"
    r"divergence|brier|ece|mae|rmse)\b",
    re.IGNORECASE,
)


def merit_of(line: Line) -> int:
    """1 where more of what a line holds is better, -1 where less is, 0 where its words do not say."""
    words = f"{line.head} {' '.join(sorted(line.words))}"
    good, bad = _GOOD.search(words) is not None, _BAD.search(words) is not None
    return good - bad
