"""What a declared design can show: smallest detectable effects, expected intervals, and what more data would buy.

Pure functions of numbers, for use before any data exist. All are approximations, checked by simulation in
``tests/stats/test_power.py``; none should be applied to the effect that was found ("observed power").
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from leakstats.columns import Columns
from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Detail, Estimate, Interval
from leakstats.stats._arrays import check_choice, check_count, check_level
from leakstats.stats.clustered import METHODS, _Spread
from leakstats.tails import bonett_wright_interval, fisher_z_interval, normal_cdf, t_ppf

__all__ = [
    "combined_correlation_precision",
    "correlation_power",
    "correlation_precision",
    "difference_precision",
    "minimum_detectable_correlation",
    "precision_table",
    "questions_needed",
    "rate_precision",
]


def _fraction(value: float, *, name: str, low: float = 0.0, high: float = 1.0, ends: bool = False) -> float:
    number = float(value)
    inside = low <= number <= high if ends else low < number < high
    if not inside:
        kind = "[]" if ends else "()"
        raise InputError(f"{name} must lie in {kind[0]}{low:g}, {high:g}{kind[1]}, got {value:g}")
    return number


# --- correlations ---------------------------------------------------------------------------------------------------


def _z_variance(rho: float, n: int, covariates: int, method: str, quantity: str) -> float:
    """Variance of atanh r: Fisher, or Bonett & Wright (2000) for Spearman."""
    check_choice(method, name="method", choices=("pearson", "spearman"))
    check_count(n, name="n", at_least=0)
    check_count(covariates, name="covariates", at_least=0)
    if n - 3 - covariates < 1:
        raise UndefinedEstimate(quantity, f"needs n >= {4 + covariates} with {covariates} covariates, got {n}", n=n)
    return (1.0 + (0.5 * rho * rho if method == "spearman" else 0.0)) / (n - 3 - covariates)


def _power(rho: float, n: int, alpha: float, covariates: int, method: str, quantity: str) -> float:
    variance = _z_variance(rho, n, covariates, method, quantity)
    df = n - 2 - covariates
    t = -t_ppf(0.5 * alpha, df)
    if method == "spearman":
        # On the z scale the coefficient is about normal, with a bias of rho / (2 (n - 1)) (Fisher 1921).
        bar, scale = math.atanh(t / math.sqrt(df + t * t)), math.sqrt(variance)
        centre = math.atanh(rho) + rho / (2.0 * (n - covariates - 1.0))
        return normal_cdf((centre - bar) / scale) + normal_cdf((-centre - bar) / scale)
    # Given x, t is (Z + d sqrt(chi2(df + 1))) / sqrt(chi2(df) / df) with d = rho / sqrt(1 - rho**2); both chi-squares
    # are integrated out over the midpoints of 200 equal shares of probability.
    import scipy.special as special

    shares = (np.arange(200) + 0.5) / 200
    shift = rho / math.sqrt(1.0 - rho * rho) * np.sqrt(special.chdtri(df + 1, shares))[:, None]
    bars = t * np.sqrt(special.chdtri(df, shares) / df)[None, :]
    return float(np.mean(special.ndtr(shift - bars) + special.ndtr(-shift - bars)))


def correlation_power(
    rho: float, n: int, *, alpha: float = 0.05, covariates: int = 0, method: str = "pearson"
) -> Estimate:
    """Probability that the two-sided t test of a correlation rejects, if the true one is ``rho``.

    Parameters
    ----------
    rho : float
        True correlation in (-1, 1).
    n : int
        Independent units, at least 4 + covariates.
    alpha : float
        Level of the test in (0, 1).
    covariates : int
        Number of covariates partialled out.
    method : {"pearson", "spearman"}
        Which correlation; for Spearman the variance of Bonett & Wright (2000).

    Raises
    ------
    UndefinedEstimate
        With too few units.
    InputError
        For arguments out of range.

    Notes
    -----
    Pearson: exact for bivariate normal data, integrated numerically to about 0.0001. Spearman: normal approximation
    of atanh r with the variance of Bonett & Wright (2000); within 0.03 of simulation at n = 30.

    Valid for planning with independent units, normal for Pearson; not for the effect that was found. Checked against
    simulation, for Pearson from 5 to 110 units and for Spearman at 30.

    Examples
    --------
    >>> print(correlation_power(0.5, 12))
    power = 0.4003, n = 12
    """
    quantity = "power"
    rho, alpha = _fraction(rho, name="rho", low=-1.0), _fraction(alpha, name="alpha")
    value = _power(rho, n, alpha, covariates, method, quantity)
    return Estimate(
        quantity=quantity,
        value=value,
        n=n,
        method=f"{method} correlation, two-sided t test",
        assumptions=("units are independent",),
        details={"rho": rho, "alpha": alpha, "covariates": covariates},
    )


def minimum_detectable_correlation(
    n: int, *, power: float = 0.8, alpha: float = 0.05, covariates: int = 0, method: str = "pearson"
) -> Estimate:
    """The smallest absolute correlation that ``n`` units find with the given power.

    Parameters
    ----------
    n, alpha, covariates, method
        As in :func:`correlation_power`.
    power : float
        Wanted probability of rejecting, in (alpha, 1).

    Returns
    -------
    Estimate
        ``details["smallest_significant"]`` is the sample correlation that just reaches p = alpha.

    Raises
    ------
    UndefinedEstimate
        With too few units, or if no correlation below 0.9999 has that power.
    InputError
        For arguments out of range.

    Notes
    -----
    Valid as :func:`correlation_power` is. Checked against :func:`correlation_power`, which it inverts.

    Examples
    --------
    >>> print(minimum_detectable_correlation(12))
    minimum detectable correlation = 0.7117, n = 12
    >>> print(minimum_detectable_correlation(110))
    minimum detectable correlation = 0.2632, n = 110
    """
    quantity = "minimum detectable correlation"
    alpha = _fraction(alpha, name="alpha")
    power = _fraction(power, name="power", low=alpha)
    low, high = 0.0, 0.9999
    if _power(high, n, alpha, covariates, method, quantity) < power:
        raise UndefinedEstimate(quantity, f"no correlation is found with power {power:g} by {n} units", n=n)
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _power(middle, n, alpha, covariates, method, quantity) < power else (low, middle)
    df = n - 2 - covariates
    t = -t_ppf(0.5 * alpha, df)
    return Estimate(
        quantity=quantity,
        value=high,
        n=n,
        method=f"{method} correlation, two-sided t test at {alpha:g} with power {power:g}",
        assumptions=("units are independent",),
        details={
            "power": power,
            "alpha": alpha,
            "covariates": covariates,
            "smallest_significant": t / math.sqrt(df + t * t),
        },
    )


def correlation_precision(
    rho: float, n: int, *, level: float = 0.95, covariates: int = 0, method: str = "pearson"
) -> Estimate:
    """The interval to expect if ``n`` units show the correlation ``rho``.

    Parameters
    ----------
    rho, n, covariates, method
        As in :func:`correlation_power`; Fisher's interval for Pearson, Bonett and Wright's for Spearman.
    level : float
        Coverage in (0, 1).

    Raises
    ------
    UndefinedEstimate
        With too few units.
    InputError
        For arguments out of range.

    Notes
    -----
    Valid for planning with independent units; the interval of data that will vary about it. Checked against the
    intervals of :func:`pearson`, :func:`spearman` and :func:`partial_correlation` for data with that correlation.

    Examples
    --------
    >>> print(correlation_precision(-0.34, 7))
    expected correlation = -0.34, 95% [-0.8702, 0.5552] (fisher-z), n = 7
    """
    rho = _fraction(rho, name="rho", low=-1.0)
    check_choice(method, name="method", choices=("pearson", "spearman"))
    interval_of = bonett_wright_interval if method == "spearman" else fisher_z_interval
    interval = interval_of(rho, n, level=level, covariates=covariates)
    return Estimate(
        quantity="expected correlation",
        value=rho,
        n=n,
        method=f"{method} correlation, expected interval",
        interval=interval,
        assumptions=("units are independent",),
        details={"covariates": covariates, "width": interval.width},
    )


def combined_correlation_precision(
    rho: float,
    sources: int,
    items: int,
    *,
    tau: float = 0.2,
    level: float = 0.95,
    power: float = 0.8,
    covariates: int = 0,
    method: str = "pearson",
) -> Estimate:
    """The interval to expect for a correlation averaged over sources, and the smallest mean that would be found.

    Parameters
    ----------
    rho : float
        Expected mean correlation in (-1, 1).
    sources : int
        Number of sources with a correlation each, at least 2.
    items : int
        Units a source.
    tau : float
        SD of the true correlations over sources on the atanh scale, >= 0; 0.2 is a moderate spread (one SD
        either side of 0.68 is 0.56 and 0.77).
    level, power
        Coverage, and probability of rejecting a mean of 0 at 1 - level.
    covariates, method
        As in :func:`correlation_power`.

    Returns
    -------
    Estimate
        ``interval`` is Hartung and Knapp's (t with sources - 1 degrees of freedom, equal weights) at the expected
        values; details: ``standard_error_z``, ``df``, ``minimum_detectable`` and ``share_between`` (the share of the
        variance that more items cannot reduce).

    Raises
    ------
    UndefinedEstimate
        With fewer than two sources, or too few items.
    InputError
        For arguments out of range.

    Notes
    -----
    Valid as an approximation, for sources that are independent draws and are combined with equal weights. Checked
    against simulation of the t test over sources.

    Examples
    --------
    >>> print(combined_correlation_precision(0.75, 5, 110))
    expected mean correlation = 0.75, 95% [0.6025, 0.8479] (hartung-knapp), n = 5, 550 rows
    """
    quantity = "expected mean correlation"
    rho, level = _fraction(rho, name="rho", low=-1.0), check_level(level)
    power = _fraction(power, name="power", low=1.0 - level)
    tau = float(tau)
    if not 0.0 <= tau < math.inf:
        raise InputError(f"tau must be a finite number >= 0, got {tau:g}")
    check_count(sources, name="sources", at_least=1)
    if sources < 2:
        raise UndefinedEstimate(quantity, "one source says nothing about the spread over sources", n=sources)
    check_count(items, name="items", at_least=0)
    within = _z_variance(rho, items, covariates, method, quantity)
    error = math.sqrt((tau * tau + within) / sources)
    df = sources - 1
    t = t_ppf(0.5 + 0.5 * level, df)
    z = math.atanh(rho)
    return Estimate(
        quantity=quantity,
        value=rho,
        n=sources,
        n_rows=sources * items,
        clusters={"source": sources},
        method=f"mean of {sources} {method} correlations on the atanh scale, expected interval",
        interval=Interval(math.tanh(z - t * error), math.tanh(z + t * error), level, "hartung-knapp"),
        assumptions=("sources are independent draws; sources that are near copies count as fewer",),
        details={
            "standard_error_z": error,
            "df": df,
            "minimum_detectable": math.tanh((t + t_ppf(power, df)) * error),
            "power": power,
            "share_between": tau * tau / (tau * tau + within),
        },
    )


# --- rates ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Design:
    """Questions x completions x training seeds, with the shares of the variance of one completion."""

    questions: int
    completions: int
    training_seeds: int
    icc: float
    seed_icc: float

    def __post_init__(self) -> None:
        for name in ("questions", "completions", "training_seeds"):
            check_count(getattr(self, name), name=name)
        _fraction(self.icc, name="icc", ends=True)
        _fraction(self.seed_icc, name="seed_icc", ends=True)
        if self.icc + self.seed_icc > 1.0:
            raise InputError(f"icc and seed_icc must not exceed 1 together, got {self.icc:g} + {self.seed_icc:g}")
        if self.questions < 2:
            raise UndefinedEstimate("expected rate", "one question says nothing about the spread over questions", n=1)

    @property
    def total(self) -> int:
        return self.questions * self.completions * self.training_seeds

    def variances(self, unit: float) -> tuple[float, float]:
        """Variance of a rate from questions and completions, and from seeds, for a completion variance ``unit``.

        Questions and seeds are crossed: var = icc / Q + seed_icc / S + (1 - icc - seed_icc) / (Q M S), times p (1 - p).
        """
        rest = (1.0 - self.icc - self.seed_icc) / self.total
        return unit * (self.icc / self.questions + rest), unit * self.seed_icc / self.training_seeds

    def question_df(self, rate: float) -> float:
        """Degrees of freedom that wilson-t will take: no more than the questions that successes are spread over."""
        rarer = min(rate, 1.0 - rate)
        each = self.completions * self.training_seeds
        scatter = (1.0 - rarer) / rarer * (self.icc + (1.0 - self.icc) / each)
        return min(self.questions - 1.0, max(self.questions / (1.0 + scatter), 2.0))


def _satterthwaite(parts: tuple[float, float], dfs: tuple[float, float]) -> float:
    total = sum(parts)
    return total**2 / sum(v**2 / df for v, df in zip(parts, dfs, strict=True) if v > 0.0)


_CONDITIONAL = "one training seed: conditional on this trained model, the spread over seeds is not in the interval"


def rate_precision(
    questions: int,
    completions: int,
    *,
    rate: float,
    icc: float,
    training_seeds: int = 1,
    seed_icc: float = 0.0,
    level: float = 0.95,
) -> Estimate:
    """The interval to expect for a rate from questions x completions x training seeds.

    Parameters
    ----------
    questions : int
        Number of questions, at least 2.
    completions : int
        Completions a question and training seed.
    rate : float
        Expected rate in (0, 1).
    icc : float
        Intracluster correlation of completions of one question, in [0, 1].
    training_seeds : int
        Number of training runs, crossed with the questions.
    seed_icc : float
        Intracluster correlation of completions of one training run, in [0, 1]; with one run it cannot be estimated
        from the data and stays out of the interval (a note says so).
    level : float
        Coverage in (0, 1).

    Returns
    -------
    Estimate
        ``interval`` is the wilson-t one of :func:`~leakstats.stats.clustered.clustered_proportion` at the expected
        values. Details: ``half_width``, ``standard_error`` (all sources of variance), ``standard_error_conditional``
        (given the training runs), ``design_effect``, ``effective_n``, ``df``.

    Raises
    ------
    UndefinedEstimate
        With a single question.
    InputError
        For arguments out of range.

    Notes
    -----
    Variance components on the scale of the rate, p (1 - p) times: icc a question, seed_icc a run, the rest a
    completion (Kish 1965, section 5.4, for one factor). Satterthwaite's degrees of freedom over the two factors,
    those of the questions reduced as wilson-t will do for rare events.

    Valid for planning with questions and training runs that are independent draws. Checked against simulation, for the
    standard error and for the mean width of :func:`clustered_proportion`'s interval.

    Examples
    --------
    >>> print(rate_precision(20, 10, rate=0.3, icc=0.1))
    expected rate = 0.3, 95% [0.2142, 0.4026] (wilson-t), n = 20, 200 rows
    """
    rate, level = _fraction(rate, name="rate"), check_level(level)
    design = _Design(questions, completions, training_seeds, icc, seed_icc)
    unit = rate * (1.0 - rate)
    by_question, by_seed = design.variances(unit)
    notes: tuple[str, ...] = ()
    if training_seeds == 1:
        variance, df = by_question, design.question_df(rate)
        if seed_icc > 0.0:
            notes = (_CONDITIONAL,)
    else:
        variance = by_question + by_seed
        df = _satterthwaite((by_question, by_seed), (design.question_df(rate), training_seeds - 1))
    one = np.ones(1)
    low, high = METHODS["wilson-t"](
        _Spread(
            p=rate * one,
            variance=variance * one,
            jackknife=variance * one,
            trials=float(design.total) * one,
            least_effect=1.0,
            t=t_ppf(0.5 + 0.5 * level, df),
            t_effective=t_ppf(0.5 + 0.5 * level, df) * one,
            level=level,
        )
    )
    interval = Interval(float(low[0]), float(high[0]), level, "wilson-t")
    details: dict[str, Detail] = {
        "half_width": 0.5 * interval.width,
        "standard_error": math.sqrt(by_question + by_seed),
        "standard_error_conditional": math.sqrt(by_question),
        "design_effect": variance * design.total / unit,
        "effective_n": unit / variance,
        "df": df,
        "icc": float(icc),
        "seed_icc": float(seed_icc),
    }
    return Estimate(
        quantity="expected rate",
        value=rate,
        n=questions,
        n_rows=design.total,
        clusters={"question": questions, "training_seed": training_seeds},
        method=f"expected interval of {questions} questions x {completions} completions x {training_seeds} seeds",
        interval=interval,
        assumptions=("questions and training runs are independent draws from their populations",),
        notes=notes,
        details=details,
    )


def _difference_error(design: _Design, rate: float, other: float, correlation: float) -> tuple[float, float]:
    """Standard error of the difference of two conditions that share questions, and its degrees of freedom."""
    first, second = rate * (1.0 - rate), other * (1.0 - other)
    shared = 2.0 * correlation * design.icc / design.questions * math.sqrt(first * second)
    parts = [design.variances(unit) for unit in (first, second)]
    by_question = max(parts[0][0] + parts[1][0] - shared, 0.0)
    by_seed = parts[0][1] + parts[1][1]
    if design.training_seeds == 1:
        return math.sqrt(by_question), design.questions - 1.0
    df = _satterthwaite((by_question, by_seed), (design.questions - 1, 2 * (design.training_seeds - 1)))
    return math.sqrt(by_question + by_seed), df


def difference_precision(
    questions: int,
    completions: int,
    *,
    rate: float,
    icc: float,
    correlation: float,
    training_seeds: int = 1,
    seed_icc: float = 0.0,
    level: float = 0.95,
    power: float = 0.8,
    direction: str = "increase",
) -> Estimate:
    """The smallest difference between two conditions that share questions which the design finds with given power.

    Parameters
    ----------
    questions, completions, icc, training_seeds, seed_icc
        As in :func:`rate_precision`, for each of the two conditions; training runs are not shared.
    rate : float
        Rate of the condition compared with, in (0, 1).
    correlation : float
        Correlation of the two conditions' question effects, in [-1, 1]: 1 if a question that is hard in one is hard
        in the other, 0 for separate questions.
    level, power
        The test is two-sided at 1 - level; ``power`` is the wanted probability of rejecting.
    direction : {"increase", "decrease"}
        On which side of ``rate`` the other condition lies.

    Returns
    -------
    Estimate
        ``value`` is the smallest absolute difference. Details: ``standard_error`` there, ``half_width`` of the
        interval for two conditions of equal rate, ``df``.

    Raises
    ------
    UndefinedEstimate
        If no difference that leaves the other rate in (0, 1) is found with that power, or with a single question.
    InputError
        For arguments out of range.

    Notes
    -----
    Solves d = (t(1 - alpha / 2) + t(power)) SE(rate, rate +- d), t with the degrees of freedom of
    :func:`rate_precision`. With one training seed the comparison is conditional on the two trained models.

    Valid for planning, as an approximation for rates not too near 0 and 1. Checked against simulation:
    :func:`clustered_difference` finds that difference with the stated power.

    Examples
    --------
    >>> print(difference_precision(20, 10, rate=0.3, icc=0.1, correlation=0.5))
    minimum detectable difference = 0.1675, n = 20, 400 rows
    """
    quantity = "minimum detectable difference"
    rate, level = _fraction(rate, name="rate"), check_level(level)
    power = _fraction(power, name="power", low=1.0 - level)
    correlation = _fraction(correlation, name="correlation", low=-1.0, ends=True)
    check_choice(direction, name="direction", choices=("increase", "decrease"))
    design = _Design(questions, completions, training_seeds, icc, seed_icc)
    sign = 1.0 if direction == "increase" else -1.0

    def found(d: float) -> bool:
        error, df = _difference_error(design, rate, rate + sign * d, correlation)
        return d >= (t_ppf(0.5 + 0.5 * level, df) + t_ppf(power, df)) * error

    low, high = 0.0, (1.0 - rate if sign > 0 else rate) * (1.0 - 1e-9)
    if not found(high):
        reason = f"no {direction} from {rate:g} is found with power {power:g}"
        raise UndefinedEstimate(quantity, reason, n=questions)
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if found(middle) else (middle, high)
    error, df = _difference_error(design, rate, rate + sign * high, correlation)
    same, same_df = _difference_error(design, rate, rate, correlation)
    return Estimate(
        quantity=quantity,
        value=high,
        n=questions,
        n_rows=2 * design.total,
        clusters={"question": questions, "training_seed": training_seeds},
        method=f"two conditions of {questions} questions x {completions} completions x {training_seeds} seeds,"
        f" two-sided t test at {1.0 - level:.3g} with power {power:g}",
        assumptions=("questions and training runs are independent draws from their populations",),
        notes=(_CONDITIONAL,) if training_seeds == 1 and seed_icc > 0.0 else (),
        details={
            "rate": rate,
            "direction": direction,
            "standard_error": error,
            "half_width": t_ppf(0.5 + 0.5 * level, same_df) * same,
            "df": df,
            "power": power,
        },
    )


def questions_needed(
    half_width: float,
    completions: int,
    *,
    rate: float,
    icc: float,
    training_seeds: int = 1,
    seed_icc: float = 0.0,
    level: float = 0.95,
) -> Estimate:
    """The fewest questions whose expected interval for a rate has at most the given half-width.

    Parameters
    ----------
    half_width : float
        Wanted half-width in (0, 0.5).
    completions, rate, icc, training_seeds, seed_icc, level
        As in :func:`rate_precision`.

    Raises
    ------
    UndefinedEstimate
        If no number of questions up to a million suffices (the spread over training seeds sets a floor).
    InputError
        For arguments out of range.

    Notes
    -----
    Valid as :func:`rate_precision` is. Checked against :func:`rate_precision` with that number of questions, and with
    one less.

    Examples
    --------
    >>> print(questions_needed(0.05, 10, rate=0.3, icc=0.1))
    questions needed = 65, n = 65, 650 rows
    """
    quantity = "questions needed"
    half_width = _fraction(half_width, name="half_width", high=0.5)

    def enough(questions: int) -> bool:
        expected = rate_precision(
            questions, completions, rate=rate, icc=icc, training_seeds=training_seeds, seed_icc=seed_icc, level=level
        )
        return float(expected.details["half_width"]) <= half_width

    high = 2
    while not enough(high):
        if high >= 1_000_000:
            reason = (
                f"no number of questions reaches a half-width of {half_width:g} with {training_seeds} training seeds"
            )
            raise UndefinedEstimate(quantity, reason, n=training_seeds)
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return Estimate(
        quantity=quantity,
        value=float(high),
        n=high,
        n_rows=high * completions * training_seeds,
        method=f"fewest questions for a half-width of {half_width:g} at level {level:g}",
        assumptions=("questions and training runs are independent draws from their populations",),
        details={"half_width": half_width, "completions": completions, "training_seeds": training_seeds},
    )


def precision_table(
    questions: Iterable[int],
    completions: Iterable[int],
    training_seeds: Iterable[int] = (1,),
    *,
    rate: float,
    icc: float,
    seed_icc: float = 0.0,
    correlation: float = 0.0,
    level: float = 0.95,
    power: float = 0.8,
) -> Columns:
    """How much precision each combination of questions, completions and training seeds buys.

    Parameters
    ----------
    questions, completions, training_seeds : iterable of int
        The numbers to combine.
    rate, icc, seed_icc, level
        As in :func:`rate_precision`.
    correlation, power
        As in :func:`difference_precision`.

    Returns
    -------
    Columns
        One row a combination, labelled "20 questions x 10 completions x 1 seed", with ``questions``,
        ``completions``, ``training_seeds``, ``total`` (completions a condition), ``half_width``, ``effective_n``,
        ``standard_error`` (of the rate, all sources) and ``minimum_detectable_difference`` (an increase; undefined
        where none is detectable).

    Raises
    ------
    InputError
        For arguments out of range, or nothing to combine.

    Notes
    -----
    Valid as :func:`rate_precision` and :func:`difference_precision` are. Checked against :func:`rate_precision` and
    :func:`difference_precision`.

    Examples
    --------
    >>> table = precision_table([20, 40], [5, 10], rate=0.3, icc=0.1)
    >>> for label, width in zip(table.labels, table["half_width"]):
    ...     print(label, round(float(width), 3))
    20 questions x 5 completions x 1 seed 0.115
    20 questions x 10 completions x 1 seed 0.094
    40 questions x 5 completions x 1 seed 0.078
    40 questions x 10 completions x 1 seed 0.064
    """
    rows: list[tuple[float, ...]] = []
    labels = []
    for q, m, s in itertools.product(questions, completions, training_seeds):
        expected = rate_precision(q, m, rate=rate, icc=icc, training_seeds=s, seed_icc=seed_icc, level=level)
        try:
            smallest = difference_precision(
                q,
                m,
                rate=rate,
                icc=icc,
                correlation=correlation,
                training_seeds=s,
                seed_icc=seed_icc,
                level=level,
                power=power,
            ).value
        except UndefinedEstimate:
            smallest = math.nan
        d = expected.details
        rows.append(
            (q, m, s, q * m * s, float(d["half_width"]), float(d["effective_n"]), float(d["standard_error"]), smallest)
        )
        labels.append(f"{q} questions x {m} completions x {s} seed{'s' if s > 1 else ''}")
    if not rows:
        raise InputError("precision_table: questions, completions and training_seeds must each hold a number")
    names = (
        "questions",
        "completions",
        "training_seeds",
        "total",
        "half_width",
        "effective_n",
        "standard_error",
        "minimum_detectable_difference",
    )
    values = np.array(rows, dtype=np.float64)
    return Columns(
        quantity="expected precision",
        labels=labels,
        columns=dict(zip(names, values.T.copy(), strict=True)),
        method="wilson-t interval of a rate; two-sided t test of two conditions that share questions",
        undefined={
            "minimum_detectable_difference": f"no increase from {rate:g} is found with power {power:g}",
        }
        if np.isnan(values[:, -1]).any()
        else {},
        assumptions=("questions and training runs are independent draws from their populations",),
        notes=(_CONDITIONAL,) if seed_icc > 0.0 and 1.0 in values[:, 2] else (),
        details={
            "rate": rate,
            "icc": icc,
            "seed_icc": seed_icc,
            "correlation": correlation,
            "level": level,
            "power": power,
        },
    )
