"""What scipy, statsmodels and pingouin say of the same arrays: one function a kind of computation.

Each function gives claims: a quantity, our number, and how a library would compute it. Nothing is imported before a
claim is judged. Where we have no value (``Undefined``), ours is ``None``: a library that returns a number disagrees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from math import comb
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from leakstats.estimate import Estimate, Interval, PValue, Undefined

__all__ = ["ADJUSTMENTS", "OPINIONS", "Claim", "Number", "Result"]

Number = float | npt.NDArray[np.float64]
Data = Mapping[str, Any]
Result = Estimate | Undefined | None

_P = 1e-6
"""Relative difference of p-values that is rounding of tails."""
_TWO_DECIMALS = 0.005 + 1e-9
"""pingouin rounds its intervals to two decimals."""
_MOST_EXACT = 5040
"""Arrangements that scipy is asked to list."""
_ALL = 10**6
"""More resamples than there are arrangements: scipy then lists them all."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One quantity: ours, and theirs when asked. ``not_comparable`` says why a library has no answer to compare."""

    library: str
    quantity: str
    ours: Number | None
    theirs: Callable[[], Any] | None
    relative: float = 1e-8
    absolute: float = 1e-11
    not_comparable: str = ""


def _value(result: Result) -> float | None:
    return result.value if isinstance(result, Estimate) else None


def _p(result: Result, method: str) -> PValue | None:
    if not isinstance(result, Estimate):
        return None
    return next((p for p in (result.p_value, *result.other_p_values) if p is not None and p.method == method), None)


def _interval(result: Result, method: str) -> Interval | None:
    if not isinstance(result, Estimate):
        return None
    return next((i for i in (result.interval, *result.other_intervals) if i is not None and i.method == method), None)


def _detail(result: Result, name: str) -> float | None:
    found = result.details.get(name) if isinstance(result, Estimate) else None
    return float(found) if isinstance(found, int | float) else None


def _ends(interval: Interval) -> npt.NDArray[np.float64]:
    return np.array([interval.low, interval.high])


# -- correlations


def _scipy_correlation(data: Data) -> Any:
    from scipy import stats

    x, y = data["x"], data["y"]
    if data["statistic"] == "pearson":
        return stats.pearsonr(x, y)
    if data["statistic"] == "spearman":
        return stats.spearmanr(x, y)
    return stats.kendalltau(x, y, method="asymptotic")


def _pingouin_interval(data: Data) -> Any:
    import pingouin

    return np.asarray(pingouin.corr(data["x"], data["y"], method=data["statistic"])["CI95"].iloc[0], dtype=float)


def _exact_p(data: Data) -> float:
    from scipy import stats

    x, y, statistic = data["x"], data["y"], data["statistic"]
    a, b = (stats.rankdata(v) for v in (x, y)) if statistic == "spearman" else (x, y)

    def size(values: Any, axis: int = -1) -> Any:
        centred = values - values.mean(axis=axis, keepdims=True)
        other = b - b.mean()
        return np.abs((centred * other).sum(axis=axis))

    found = stats.permutation_test(
        (a,), size, permutation_type="pairings", n_resamples=_ALL, alternative="greater", vectorized=True
    )
    return float(found.pvalue)


def _correlation(result: Result, data: Data, level: float) -> Iterator[Claim]:
    statistic = data["statistic"]
    n = len(data["x"])
    yield Claim("scipy", f"{statistic} value", _value(result), lambda: _scipy_correlation(data).statistic)
    approximate = _p(result, "normal" if statistic == "kendall" else "t")
    if approximate is not None:
        yield Claim(
            "scipy",
            f"{statistic} p, approximation",
            approximate.value,
            lambda: _scipy_correlation(data).pvalue,
            relative=_P,
        )
    headline = result.p_value if isinstance(result, Estimate) else None
    if statistic == "kendall" or headline is None:
        return
    if headline.method in ("exact", "permutation"):
        yield Claim(
            "scipy",
            f"{statistic} p, default of each",
            headline.value,
            lambda: _scipy_correlation(data).pvalue,
            relative=_P,
        )
    if headline.method == "exact" and n <= 7:
        yield Claim("scipy", f"{statistic} p, exact", headline.value, lambda: _exact_p(data), relative=_P)
    fisher = _interval(result, "fisher-z")
    if statistic == "pearson":
        theirs = partial(_scipy_interval, data, level)
        if fisher is not None or n == 3:
            yield Claim("scipy", "pearson interval", None if fisher is None else _ends(fisher), theirs, relative=1e-7)
    elif level == 0.95:
        if fisher is not None:
            yield Claim(
                "pingouin",
                "spearman interval, Fisher z",
                _ends(fisher),
                lambda: _pingouin_interval(data),
                absolute=_TWO_DECIMALS,
            )
        default = result.interval if isinstance(result, Estimate) else None
        if default is not None and default.method != "fisher-z":
            yield Claim(
                "pingouin",
                "spearman interval, default of each",
                _ends(default),
                lambda: _pingouin_interval(data),
                absolute=_TWO_DECIMALS,
            )


def _scipy_interval(data: Data, level: float) -> npt.NDArray[np.float64]:
    return np.array(_scipy_correlation(data).confidence_interval(confidence_level=level))


def _pooled(result: Result, data: Data, level: float) -> Iterator[Claim]:
    statistic = data["statistic"]
    if isinstance(result, Undefined):
        why = f"ours has no value ({result.reason}); scipy would take the rows as independent"
        yield Claim("scipy", f"{statistic} value", None, None, not_comparable=why)
        return
    yield Claim("scipy", f"{statistic} value", _value(result), lambda: _scipy_correlation(data).statistic)
    rows = _p(result, "t, rows taken as independent")
    if rows is not None:
        yield Claim(
            "scipy",
            f"{statistic} p, rows taken as independent",
            rows.value,
            lambda: _scipy_correlation(data).pvalue,
            relative=_P,
        )


def _sampling_variance(data: Data) -> npt.NDArray[np.float64]:
    """Of Fisher's z: 1 / (n - 3), for Spearman (1 + r**2 / 2) / (n - 3) (Bonett & Wright 2000)."""
    r, n = np.asarray(data["r"], dtype=float), np.asarray(data["n"], dtype=float)
    out: npt.NDArray[np.float64] = (1.0 + (r * r / 2.0 if data["coefficient"] == "spearman" else 0.0)) / (n - 3.0)
    return out


def _combination(result: Result, data: Data, level: float) -> Iterator[Claim]:
    z = np.arctanh(np.asarray(data["r"], dtype=float))
    if data["method"] == "t-over-sources":

        def test() -> Any:
            from scipy import stats

            return stats.ttest_1samp(z, 0.0)

        yield Claim("scipy", "mean over sources", _value(result), lambda: np.tanh(z.mean()))
        p, interval = _p(result, "t-over-sources"), _interval(result, "t-over-sources")
        if p is not None:
            yield Claim("scipy", "p over sources", p.value, lambda: test().pvalue, relative=_P)
        if interval is not None:
            yield Claim(
                "scipy",
                "interval over sources",
                _ends(interval),
                lambda: np.tanh(np.array(test().confidence_interval(level))),
            )
        return
    variance = _sampling_variance(data)

    def combined() -> Any:
        from statsmodels.stats.meta_analysis import combine_effects

        return combine_effects(z, variance, method_re="iterated")

    def weighted() -> Any:
        from statsmodels.regression.linear_model import WLS

        tau2 = _detail(result, "tau2") or 0.0
        return WLS(z, np.ones(z.size), weights=1.0 / (variance + tau2)).fit()

    yield Claim("statsmodels", "heterogeneity Q", _detail(result, "Q"), lambda: combined().q)
    yield Claim("statsmodels", "mean at our tau2 (z)", _detail(result, "estimate_z"), lambda: weighted().params[0])
    yield Claim(
        "statsmodels",
        "Hartung-Knapp error at our tau2 (z)",
        _detail(result, "standard_error_hartung_knapp"),
        lambda: weighted().bse[0],
    )
    yield Claim(
        "statsmodels",
        "tau2",
        _detail(result, "tau2"),
        None,
        not_comparable="statsmodels has no restricted maximum likelihood; its iterated tau2 is another estimate",
    )


# -- partial correlations


def _partial(result: Result, data: Data, level: float) -> Iterator[Claim]:
    statistic = data["statistic"]

    def theirs() -> Any:
        import pandas as pd
        import pingouin

        z = np.asarray(data["z"])
        names = [f"z{i}" for i in range(z.shape[1])]
        frame = pd.DataFrame({"x": data["x"], "y": data["y"], **dict(zip(names, z.T, strict=True))})
        return pingouin.partial_corr(frame, x="x", y="y", covar=names, method=statistic).iloc[0]

    yield Claim("pingouin", f"partial {statistic} value", _value(result), lambda: theirs()["r"])
    p = _p(result, "t")
    if p is not None:
        yield Claim("pingouin", f"partial {statistic} p, t", p.value, lambda: theirs()["p_val"], relative=_P)
    fisher = _interval(result, "fisher-z")
    if fisher is not None and level == 0.95:
        yield Claim(
            "pingouin",
            f"partial {statistic} interval, Fisher z",
            _ends(fisher),
            lambda: np.asarray(theirs()["CI95"], dtype=float),
            absolute=_TWO_DECIMALS,
        )


def _inflation(result: Result, data: Data, level: float) -> Iterator[Claim]:
    def theirs() -> Any:
        from statsmodels.stats.outliers_influence import variance_inflation_factor

        columns = np.asarray(data["columns"])
        return variance_inflation_factor(np.column_stack([np.ones(len(columns)), columns]), data["column"] + 1)

    yield Claim("statsmodels", "variance inflation", _value(result), theirs)


# -- rates

_CONFINT = {
    "wilson": "wilson",
    "clopper-pearson": "beta",
    "jeffreys": "jeffreys",
    "agresti-coull": "agresti_coull",
}


def _confint(data: Data, level: float, method: str) -> npt.NDArray[np.float64]:
    from statsmodels.stats.proportion import proportion_confint

    found = proportion_confint(data["successes"], data["trials"], alpha=1.0 - level, method=_CONFINT[method])
    return np.array(found, dtype=float)


def _rates(result: Result, data: Data, level: float) -> Iterator[Claim]:
    """Intervals of independent trials: of one estimate, or of a whole table that brings its own ends."""
    if "low" in data:
        ours: Number | None = np.array([data["low"], data["high"]], dtype=float)
        method = str(data["method"])
    else:
        interval = result.interval if isinstance(result, Estimate) else None
        ours, method = (None, "") if interval is None else (_ends(interval), interval.method)
        yield Claim("statsmodels", "rate", _value(result), lambda: data["successes"] / data["trials"])
    if method in _CONFINT:
        yield Claim("statsmodels", f"{method} interval", ours, lambda: _confint(data, level, method), absolute=1e-10)


def _clustered(result: Result, data: Data, level: float) -> Iterator[Claim]:
    """The rate as a weighted mean, its error from statsmodels' cluster-robust covariances."""
    k, n = np.asarray(data["successes"], dtype=float), np.asarray(data["trials"], dtype=float)
    names = list(data["clusters"])
    codes = {
        name: np.unique(np.asarray(labels, dtype=str), return_inverse=True)[1]
        for name, labels in data["clusters"].items()
    }

    def fit(**how: Any) -> Any:
        from statsmodels.regression.linear_model import WLS

        return WLS(k / n, np.ones(k.size), weights=n).fit(**how)

    def clustered(name: str, correction: bool) -> float:
        how = {"groups": codes[name], "use_correction": correction}
        return float(fit(cov_type="cluster", cov_kwds=how).bse[0])

    def two_way() -> float:
        from statsmodels.stats.sandwich_covariance import cov_cluster_2groups

        both = cov_cluster_2groups(fit(), *(codes[name] for name in names))[0]
        return float(np.sqrt(both[0, 0]))

    yield Claim("statsmodels", "rate", _value(result), lambda: fit().params[0])
    if _detail(result, "se_cr0") is None:
        return
    if len(names) == 1:
        first = names[0]
        yield Claim("statsmodels", "clustered error, CR0", _detail(result, "se_cr0"), lambda: clustered(first, False))
        yield Claim(
            "statsmodels",
            "clustered error, linearised",
            _detail(result, "se_linearised"),
            lambda: clustered(first, True),
        )
        return
    for name in names:
        yield Claim(
            "statsmodels",
            f"clustered error by {name}",
            _detail(result, f"se_{name}"),
            partial(clustered, name, True),
        )
    if _detail(result, "se_two_way") is not None:
        yield Claim("statsmodels", "two-way clustered error", _detail(result, "se_two_way"), two_way)


# -- lines


def _ols(data: Data, keep: npt.NDArray[np.bool_] | None = None) -> Any:
    from statsmodels.regression.linear_model import OLS

    x, y = np.asarray(data["x"], dtype=float), np.asarray(data["y"], dtype=float)
    rows = slice(None) if keep is None else keep
    return OLS(y[rows], np.column_stack([np.ones(y[rows].size), x[rows]])).fit()


def _line(result: Result, data: Data, level: float) -> Iterator[Claim]:
    yield Claim("statsmodels", "slope", _value(result), lambda: _ols(data).params[1])
    interval, p = _interval(result, "t"), _p(result, "t")
    if interval is not None:
        yield Claim(
            "statsmodels", "slope interval", _ends(interval), lambda: np.asarray(_ols(data).conf_int(1.0 - level))[1]
        )
    if p is not None:
        yield Claim("statsmodels", "slope p", p.value, lambda: _ols(data).pvalues[1], relative=_P)


def _prediction(result: Result, data: Data, level: float) -> Iterator[Claim]:
    def theirs() -> Any:
        new = np.array([[1.0, float(data["new"])]])
        return _ols(data).get_prediction(new).summary_frame(alpha=1.0 - level).iloc[0]

    yield Claim("statsmodels", "prediction", _value(result), lambda: theirs()["mean"])
    interval = result.interval if isinstance(result, Estimate) else None
    if interval is not None:
        yield Claim(
            "statsmodels",
            "prediction interval",
            _ends(interval),
            lambda: np.array([theirs()["obs_ci_lower"], theirs()["obs_ci_upper"]]),
        )


def _influence(result: Result, data: Data, level: float) -> Iterator[Claim]:
    def theirs() -> Any:
        from statsmodels.stats.outliers_influence import OLSInfluence

        found = OLSInfluence(_ols(data))
        return found.cooks_distance[0] if data["measure"] == "cooks_distance" else found.hat_matrix_diag

    yield Claim("statsmodels", f"largest {data['measure']}", _value(result), lambda: float(np.max(theirs())))


def _leave_one_out(result: Result, data: Data, level: float) -> Iterator[Claim]:
    """Every row predicted by a refit on the others; only where that many refits are quick."""
    x, y = np.asarray(data["x"], dtype=float), np.asarray(data["y"], dtype=float)

    def coverage() -> float:
        inside = 0
        for i in range(y.size):
            line = _ols(data, np.arange(y.size) != i)
            ends = line.get_prediction(np.array([[1.0, x[i]]])).conf_int(obs=True, alpha=1.0 - level)[0]
            inside += bool(ends[0] <= y[i] <= ends[1])
        return inside / y.size

    if y.size > 300:
        why = f"{y.size} refits would take statsmodels minutes"
        yield Claim("statsmodels", "leave-one-out coverage by refits", _value(result), None, not_comparable=why)
    else:
        yield Claim("statsmodels", "leave-one-out coverage by refits", _value(result), coverage)


# -- agreement and differences


def _icc(result: Result, data: Data, level: float) -> Iterator[Claim]:
    grid = np.asarray(data["grid"], dtype=float)

    def theirs() -> Any:
        import pandas as pd
        import pingouin

        rows, columns = np.divmod(np.arange(grid.size), grid.shape[1])
        frame = pd.DataFrame({"target": rows, "rater": columns, "rating": grid.ravel()})
        found = pingouin.intraclass_corr(frame, targets="target", raters="rater", ratings="rating")
        return found.set_index("Type").loc[data["form"]]

    yield Claim("pingouin", f"{data['form']} value", _value(result), lambda: theirs()["ICC"])


def _flips(result: Result, data: Data, level: float) -> Iterator[Claim]:
    differences = np.asarray(data["differences"], dtype=float)

    def test() -> Any:
        from scipy import stats

        return stats.ttest_1samp(differences, 0.0)

    def exact() -> float:
        from scipy import stats

        def size(d: Any, axis: int) -> Any:
            return np.abs(d.mean(axis=axis))

        found = stats.permutation_test(
            (differences,),
            size,
            permutation_type="samples",
            n_resamples=_ALL,
            alternative="greater",
            vectorized=True,
        )
        return float(found.pvalue)

    yield Claim("scipy", "mean difference", _value(result), lambda: differences.mean())
    p, interval = _p(result, "t"), _interval(result, "t")
    if p is not None:
        yield Claim("scipy", "paired t p", p.value, lambda: test().pvalue, relative=_P)
    if interval is not None:
        yield Claim("scipy", "paired t interval", _ends(interval), lambda: np.array(test().confidence_interval(level)))
    headline = _p(result, "exact")
    if headline is not None and 2**differences.size <= _MOST_EXACT:
        yield Claim("scipy", "sign-flip p, exact", headline.value, exact, relative=_P)


def _two_samples(result: Result, data: Data, level: float) -> Iterator[Claim]:
    a, b = (np.asarray(data[name], dtype=float) for name in ("a", "b"))

    def exact() -> float:
        from scipy import stats

        def difference(u: Any, v: Any, axis: int) -> Any:
            return u.mean(axis=axis) - v.mean(axis=axis)

        found = stats.permutation_test(
            (a, b), difference, n_resamples=_ALL, alternative=data["alternative"], vectorized=True
        )
        return float(found.pvalue)

    yield Claim("scipy", "difference of means", _value(result), lambda: a.mean() - b.mean())
    headline = _p(result, "exact")
    # two-sided, scipy doubles the smaller tail: another definition
    if headline is not None and data["alternative"] != "two-sided" and comb(a.size + b.size, a.size) <= _MOST_EXACT:
        yield Claim("scipy", "permutation p, exact", headline.value, exact, relative=_P)


def _blocks(result: Result, data: Data, level: float) -> Iterator[Claim]:
    def theirs() -> Any:
        from scipy import stats

        return stats.friedmanchisquare(*np.asarray(data["values"]).T)

    chi2 = _detail(result, "friedman_chi2")
    if chi2 is not None:
        yield Claim("scipy", "Friedman chi-square", chi2, lambda: theirs().statistic)
    p = _p(result, "friedman-chi2")
    if p is not None:
        yield Claim("scipy", "Friedman p", p.value, lambda: theirs().pvalue, relative=_P)


def _cosines(result: Result, data: Data, level: float) -> Iterator[Claim]:
    """Mean cosine over pairs of one state, or its change over several."""

    def theirs() -> float:
        from scipy.spatial.distance import pdist

        means = []
        for state in data["states"]:
            rows = np.asarray(state, dtype=float)
            rows = rows - rows.mean(axis=0) if data["centring"] == "set" else rows
            means.append(float(1.0 - pdist(rows, "cosine").mean()))
        return means[-1] - means[0] if len(means) > 1 else means[0]

    yield Claim("scipy", "mean cosine over pairs", _value(result), theirs, absolute=1e-10)


def _family(result: Result, data: Data, level: float) -> Iterator[Claim]:
    def theirs() -> npt.NDArray[np.float64]:
        from statsmodels.stats.multitest import multipletests

        return np.asarray(multipletests(data["p"], method=ADJUSTMENTS[data["method"]])[1], dtype=float)

    ours: npt.NDArray[np.float64] = np.asarray(data["adjusted"], dtype=float)
    yield Claim("statsmodels", f"{data['method']} over {ours.size} tests", ours, theirs)


ADJUSTMENTS = {"bonferroni": "bonferroni", "holm": "holm", "hochberg": "simes-hochberg", "bh": "fdr_bh", "by": "fdr_by"}

OPINIONS: Mapping[str, Callable[[Result, Data, float], Iterator[Claim]]] = MappingProxyType(
    {
        "correlation": _correlation,
        "pooled": _pooled,
        "combination": _combination,
        "partial": _partial,
        "inflation": _inflation,
        "rates": _rates,
        "clustered": _clustered,
        "line": _line,
        "prediction": _prediction,
        "influence": _influence,
        "leave_one_out": _leave_one_out,
        "icc": _icc,
        "flips": _flips,
        "two_samples": _two_samples,
        "blocks": _blocks,
        "cosines": _cosines,
        "family": _family,
    }
)
"""By kind: what the libraries can say. A kind that is not here is a defect of ours."""
