"""A second opinion: what scipy, statsmodels and pingouin make of the same arrays, and what to think of a difference."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from leakstats.analysis.context import Context
from leakstats.analysis.document import AnalysisDocument
from leakstats.analysis.ledger import Recheck
from leakstats.analysis.second_opinions import ADJUSTMENTS, OPINIONS, Claim, Result

__all__ = ["PITFALLS", "Comparison", "Pitfall", "crosscheck", "summary"]

Verdict = Literal["agree", "known_pitfall", "differ", "not_comparable"]
_WORDS = {
    "agree": "agree",
    "known_pitfall": "differ by a known pitfall of the library",
    "differ": "DIFFER without explanation",
    "not_comparable": "cannot be compared",
}
_SHOWN = 8
"""Unexplained differences that are printed; the others are counted."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One quantity of one estimate, ours and theirs (of several values those that differ most), and the verdict."""

    key: str
    library: str
    quantity: str
    ours: float | None
    theirs: float | None
    verdict: Verdict
    detail: str

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Pitfall:
    """A known weakness of a library: where ``applies``, a difference is explained."""

    library: str
    quantity: str
    """What the claim's quantity begins or ends with."""
    applies: Callable[[Mapping[str, Any], float | None, float | None], bool]
    """Given the data, ours and theirs (None: no value)."""
    explanation: str

    def explains(self, claim: Claim, data: Mapping[str, Any], ours: float | None, theirs: float | None) -> bool:
        named = claim.quantity.startswith(self.quantity) or claim.quantity.endswith(self.quantity)
        return claim.library == self.library and named and self.applies(data, ours, theirs)


def _always(data: Mapping[str, Any], ours: float | None, theirs: float | None) -> bool:
    return ours is not None and theirs is not None


def _only_theirs(data: Mapping[str, Any], ours: float | None, theirs: float | None) -> bool:
    return ours is None and theirs is not None


def _only_ours(data: Mapping[str, Any], ours: float | None, theirs: float | None) -> bool:
    return ours is not None and theirs is None


def _perfect(data: Mapping[str, Any], ours: float | None, theirs: float | None) -> bool:
    return ours is not None and theirs is not None and abs(theirs) == 1.0 and abs(ours) < 1.0


def _few(data: Mapping[str, Any], ours: float | None, theirs: float | None) -> bool:
    return _always(data, ours, theirs) and len(data["x"]) <= 30


def _three(data: Mapping[str, Any], ours: float | None, theirs: float | None) -> bool:
    return _only_theirs(data, ours, theirs) and len(data["x"]) == 3


def _two_points(data: Mapping[str, Any], ours: float | None, theirs: float | None) -> bool:
    return _only_theirs(data, ours, theirs) and len(data["x"]) == 2


def _one_unit(data: Mapping[str, Any], ours: float | None, theirs: float | None) -> bool:
    return _only_ours(data, ours, theirs) and "a" in data and min(len(data["a"]), len(data["b"])) == 1


def _constant_covariate(data: Mapping[str, Any], ours: float | None, theirs: float | None) -> bool:
    return _only_ours(data, ours, theirs) and bool((np.ptp(np.asarray(data["z"]), axis=0) == 0.0).any())


def _ties(data: Mapping[str, Any], ours: float | None, theirs: float | None) -> bool:
    values = np.concatenate([np.ravel(data[name]) for name in ("x", "y", "a", "b", "differences") if name in data])
    return _always(data, ours, theirs) and np.unique(np.abs(values)).size < values.size


def _badly_scaled(data: Mapping[str, Any], ours: float | None, theirs: float | None) -> bool:
    """Columns of tiny scale, or of an offset beside which they hardly vary."""
    for name in ("x", "y"):
        values = np.asarray(data[name], dtype=float)
        size, spread = float(np.abs(values).max(initial=0.0)), float(np.ptp(values))
        if size < 1e-50 or spread < 1e-6 * size:
            return True
    return False


def _hardly_varies(data: Mapping[str, Any], ours: float | None, theirs: float | None) -> bool:
    return bool((np.asarray(data["columns"]).std(axis=0) < 1e-10).any()) or (theirs is not None and theirs >= 1e14)


def _small_or_holed(data: Mapping[str, Any], ours: float | None, theirs: float | None) -> bool:
    if "grid" not in data:  # the pitfall is named by library and quantity: other comparisons meet it too
        return False
    grid = np.asarray(data["grid"], dtype=float)
    return _only_ours(data, ours, theirs) and (grid.shape == (2, 2) or bool(np.isnan(grid).any()))


PITFALLS: tuple[Pitfall, ...] = (
    Pitfall(
        "scipy",
        "p, default of each",
        _few,
        "scipy's default is the t approximation at any n: for a perfect rank correlation of n = 5 it gives 1.4e-24"
        " where the exact p is 0.0167; ours is exact or a permutation p for few units",
    ),
    Pitfall(
        "pingouin",
        "spearman interval, Fisher z",
        _perfect,
        "pingouin gives the interval [1, 1] where all ranks agree; ours takes the coefficient half a lattice step in,"
        " since a sample whose ranks agree is no certainty",
    ),
    Pitfall(
        "pingouin",
        "spearman interval, default of each",
        _always,
        "pingouin puts Pearson's Fisher z around Spearman's rho, which covers 0.913 at rho = 0.9, n = 50; ours is"
        " Bonett and Wright's, which covers 0.955",
    ),
    *(
        Pitfall("scipy", f"{statistic} value", _two_points, "scipy gives -1 or 1 for any two points")
        for statistic in ("pearson", "spearman")
    ),
    Pitfall("scipy", "permutation p, exact", _one_unit, "scipy refuses to permute a sample of one unit"),
    Pitfall("scipy", "pearson interval", _three, "scipy gives (-1, 1) for n = 3, where no interval exists"),
    Pitfall(
        "pingouin",
        "partial ",
        _only_theirs,
        "pingouin returns a number where nothing is left of a variable once the covariates are taken out (r = 0.62,"
        " p = 2e-7 from rounding noise), or no degrees of freedom are",
    ),
    Pitfall("pingouin", "partial ", _constant_covariate, "pingouin gives NaN where a covariate is constant"),
    Pitfall(
        "statsmodels",
        "variance inflation",
        _hardly_varies,
        "statsmodels caps it at 1e15, and does not centre columns whose standard deviation is below 1e-10",
    ),
    *(
        Pitfall(
            "statsmodels",
            quantity,
            _badly_scaled,
            "statsmodels' least squares lose their digits on a tiny scale (slope 8e-204 for 0.917) and beside a large"
            " offset (Cook's D 5% off at 1e8)",
        )
        for quantity in ("slope", "prediction", "largest ", "leave-one-out")
    ),
    Pitfall(
        "pingouin",
        "value",
        _small_or_holed,
        "pingouin refuses a 2 x 2 table and missing cells, for which a value exists",
    ),
    Pitfall(
        "pingouin",
        "value",
        _only_theirs,
        "pingouin returns a number from rounding noise where nothing varies (constant 0.1: ICC(1,1) = -0.5)",
    ),
    Pitfall(
        "scipy",
        "p, exact",
        _ties,
        "scipy counts arrangements that tie with the data by their rounding noise: a wrong p in 5 of 300 cases on"
        " a grid",
    ),
)
"""Why a library may differ, as measured; the first that applies explains. From comparisons with R and exact values."""


def crosscheck(ctx: Context) -> list[Comparison]:
    """Recompute everything that the ledger kept arrays of; one comparison a quantity, in ledger order.

    Close the families first: their adjusted p-values are compared too.
    """
    ledger = ctx.ledger
    results = {str(key): entry.result for key, entry in ledger.entries.items()}
    found: list[Comparison] = []
    for key, recheck in (ledger.rechecks or {}).items():
        found += _compare(key, results.get(key), recheck, ctx.level)
    by_key = {str(key): entry for key, entry in ledger.entries.items()}
    for family in ledger.families.values():
        entries = [by_key[key] for key in family.keys]
        if not entries or family.adjusted or family.method not in ADJUSTMENTS:
            continue
        data = {
            "method": family.method,
            "p": [e.estimate.p_value.value for e in entries if e.estimate.p_value is not None],
            "adjusted": [e.adjusted_p.value for e in entries if e.adjusted_p is not None],
        }
        found += _compare(f"family {family.name}", None, Recheck("family", data), ctx.level)
    return found


def _compare(key: str, result: Result, recheck: Recheck, level: float) -> list[Comparison]:
    return [_judge(key, claim, recheck.data) for claim in OPINIONS[recheck.kind](result, recheck.data, level)]


def _judge(key: str, claim: Claim, data: Mapping[str, Any]) -> Comparison:
    ours = None if claim.ours is None else np.atleast_1d(np.asarray(claim.ours, dtype=np.float64))
    if claim.theirs is None:
        value = None if ours is None else float(ours.flat[0])
        return Comparison(key, claim.library, claim.quantity, value, None, "not_comparable", claim.not_comparable)
    theirs, said = _ask(claim.theirs)
    if ours is None or theirs is None:
        mine = None if ours is None else float(ours.flat[0])
        other = None if theirs is None else float(theirs.flat[0])
        if mine is None and other is None:
            return Comparison(key, claim.library, claim.quantity, None, None, "agree", f"no value: {said}")
        if ours is None and not said:
            # we refuse and they answer: a known pitfall may say why; else it is a refusal, not a difference
            judged = _differ(key, claim, data, None, other, "")
            if judged.verdict == "known_pitfall":
                return judged
            said = "we refuse (see the estimate's reason); the library returns a value"
            return Comparison(key, claim.library, claim.quantity, None, other, "not_comparable", said)
        return _differ(key, claim, data, mine, other, said)
    if ours.shape != theirs.shape:
        said = f"the library returns shape {theirs.shape}, ours is {ours.shape}"
        return _differ(key, claim, data, float(ours.flat[0]), float(theirs.flat[0]), said)
    gap = np.abs(ours - theirs)
    scale = np.maximum(np.abs(ours), np.abs(theirs))
    allowed = claim.absolute + claim.relative * scale
    worst = int((gap / allowed).argmax())
    mine, other = float(ours.flat[worst]), float(theirs.flat[worst])
    of = f" (the worst of {ours.size})" if ours.size > 2 else ""
    if float(gap.flat[worst]) <= float(allowed.flat[worst]):
        detail = f"within {float(allowed.flat[worst]):.2g}{of}"
        return Comparison(key, claim.library, claim.quantity, mine, other, "agree", detail)
    said = f"differs by {float(gap.flat[worst]):.3g}, allowed {float(allowed.flat[worst]):.2g}{of}"
    return _differ(key, claim, data, mine, other, said)


def _ask(compute: Callable[[], Any]) -> tuple[npt.NDArray[np.float64] | None, str]:
    """Their values, or None and what happened instead; what they warn of is not ours to print."""
    try:
        # recorded, not ignored: a library that sets its own filter on import would print
        with warnings.catch_warnings(record=True), np.errstate(all="ignore"):
            warnings.simplefilter("always")  # nor is a warning an error here, whatever the user's filters say
            values = np.atleast_1d(np.asarray(compute(), dtype=np.float64))
    except Exception as error:  # any failure of a library is an answer, and is written down
        return None, f"the library fails: {type(error).__name__}: {error}"
    if not np.isfinite(values).all():
        return None, f"the library returns {values.flat[int((~np.isfinite(values)).argmax())]}"
    return values, ""


def _differ(
    key: str, claim: Claim, data: Mapping[str, Any], ours: float | None, theirs: float | None, said: str
) -> Comparison:
    for pitfall in PITFALLS:
        if pitfall.explains(claim, data, ours, theirs):
            detail = f"{said}: {pitfall.explanation}"
            return Comparison(key, claim.library, claim.quantity, ours, theirs, "known_pitfall", detail)
    return Comparison(key, claim.library, claim.quantity, ours, theirs, "differ", said)


def summary(document: AnalysisDocument) -> Sequence[str]:
    """Lines for a terminal: how many quantities agree, the pitfalls met, and every unexplained difference."""
    comparisons = document.raw.get("crosscheck")
    if comparisons is None:
        return []
    verdicts = Counter(c["verdict"] for c in comparisons)
    parts = [
        f"{verdicts[name]} {words}" for name, words in _WORDS.items() if verdicts[name] or name in ("agree", "differ")
    ]
    lines = [f"Second opinion on {len(comparisons)} quantities: {', '.join(parts)}"]
    pitfalls = Counter(
        (c["library"], c["quantity"], c["detail"].partition(": ")[2])
        for c in comparisons
        if c["verdict"] == "known_pitfall"
    )
    lines += [f"  {n} x {library}, {quantity}: {why}" for (library, quantity, why), n in pitfalls.items()]
    differing = [c for c in comparisons if c["verdict"] == "differ"]
    for c in differing[:_SHOWN]:
        lines.append(
            f"  DIFFER {c['key']}: {c['quantity']}: ours {_plain(c['ours'])}, {c['library']} {_plain(c['theirs'])}"
            f" ({c['detail']})"
        )
    if len(differing) > _SHOWN:
        lines.append(f"  ... and {len(differing) - _SHOWN} more in analysis.json")
    return lines


def _plain(value: float | None) -> str:
    return "none" if value is None else f"{value:.6g}"
