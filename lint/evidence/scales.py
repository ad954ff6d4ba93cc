"""What more of a quantity means: better for scores and worse for errors, slower for times and faster for paces."""

from __future__ import annotations

import re

from ..regex import regex
from .graded import sign_of
from .table_lines import Line

__all__ = ["merit_of", "sense_of"]

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
    words = _words(line)
    good, bad = _GOOD.search(words) is not None, _BAD.search(words) is not None
    return good - bad


_QUICK = frozenset(("fastest", "quickest", "shortest", "cheapest", "faster", "quicker", "shorter", "cheaper"))


def sense_of(line: Line, pace: str) -> int:
    """1 where "slower" or "faster" has more of what a line holds, -1 where less, 0 where its words do not say."""
    sign = sign_of(_words(line), pace)
    return -sign if pace in _QUICK else sign


def _words(line: Line) -> str:
    return f"{line.head} {' '.join(sorted(line.words))}"
