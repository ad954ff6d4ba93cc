"""Estimators: pure functions of arrays that return an :class:`~leakstats.estimate.Estimate`.

Every public name of the family is found here (``from leakstats.stats import spearman``). The modules behind them are
imported when a name is first used, so that importing this package costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the same table for type checkers; a test keeps the two in step
    # correlation
    from leakstats.stats._ranks import exact_ratio_ranks as exact_ratio_ranks

    # clustered
    from leakstats.stats.clustered import clustered_difference as clustered_difference
    from leakstats.stats.clustered import clustered_proportion as clustered_proportion
    from leakstats.stats.clustered import clustered_proportions as clustered_proportions

    # contrast
    from leakstats.stats.contrast import blocked_conditions_test as blocked_conditions_test
    from leakstats.stats.contrast import correlation_equivalence as correlation_equivalence
    from leakstats.stats.contrast import equivalence as equivalence
    from leakstats.stats.contrast import equivalence_test as equivalence_test
    from leakstats.stats.contrast import paired_contrast as paired_contrast
    from leakstats.stats.contrast import unpaired_contrast as unpaired_contrast
    from leakstats.stats.correlation import kendall as kendall
    from leakstats.stats.correlation import pearson as pearson
    from leakstats.stats.correlation import spearman as spearman

    # crossed
    from leakstats.stats.crossed import crossed_correlation as crossed_correlation

    # crossed_difference
    from leakstats.stats.crossed_difference import crossed_difference as crossed_difference

    # dependent_correlations
    from leakstats.stats.dependent_correlations import compare_dependent_correlations as compare_dependent_correlations

    # dyadic
    from leakstats.stats.dyadic import Mrqap as Mrqap
    from leakstats.stats.dyadic import mantel as mantel
    from leakstats.stats.dyadic import mrqap as mrqap
    from leakstats.stats.dyadic import node_bootstrap as node_bootstrap
    from leakstats.stats.dyadic import partial_mantel as partial_mantel

    # effective_number
    from leakstats.stats.effective_number import effective_number as effective_number

    # geometry
    from leakstats.stats.geometry import accuracy_change as accuracy_change
    from leakstats.stats.geometry import axis_shift as axis_shift
    from leakstats.stats.geometry import cosine_matrix as cosine_matrix
    from leakstats.stats.geometry import mean_similarity as mean_similarity
    from leakstats.stats.geometry import nearest_centroid as nearest_centroid
    from leakstats.stats.geometry import nearest_centroid_accuracy as nearest_centroid_accuracy
    from leakstats.stats.geometry import similarity_change as similarity_change
    from leakstats.stats.geometry import spread_change as spread_change

    # influence
    from leakstats.stats.influence import DropOne as DropOne
    from leakstats.stats.influence import drop_one as drop_one
    from leakstats.stats.influence import influence as influence

    # leave_one_out
    from leakstats.stats.leave_one_out import LeaveOneOut as LeaveOneOut
    from leakstats.stats.leave_one_out import jackknife_plus as jackknife_plus
    from leakstats.stats.leave_one_out import loo_prediction_intervals as loo_prediction_intervals

    # logistic
    from leakstats.stats.logistic import crossed_logistic as crossed_logistic

    # multiplicity
    from leakstats.stats.multiplicity import MaxT as MaxT
    from leakstats.stats.multiplicity import adjust as adjust
    from leakstats.stats.multiplicity import max_t as max_t

    # partial
    from leakstats.stats.partial import partial_correlation as partial_correlation
    from leakstats.stats.partial import partial_correlations as partial_correlations
    from leakstats.stats.partial import semipartial_correlation as semipartial_correlation
    from leakstats.stats.partial import variance_inflation as variance_inflation

    # permutation_tests
    from leakstats.stats.permutation_tests import permutation_difference as permutation_difference
    from leakstats.stats.permutation_tests import sign_flip as sign_flip

    # power
    from leakstats.stats.power import combined_correlation_precision as combined_correlation_precision
    from leakstats.stats.power import correlation_power as correlation_power
    from leakstats.stats.power import correlation_precision as correlation_precision
    from leakstats.stats.power import difference_precision as difference_precision
    from leakstats.stats.power import minimum_detectable_correlation as minimum_detectable_correlation
    from leakstats.stats.power import precision_table as precision_table
    from leakstats.stats.power import questions_needed as questions_needed
    from leakstats.stats.power import rate_precision as rate_precision

    # proportion
    from leakstats.stats.proportion import difference_interval as difference_interval
    from leakstats.stats.proportion import one_sided_bound as one_sided_bound
    from leakstats.stats.proportion import proportion_interval as proportion_interval
    from leakstats.stats.proportion import proportion_intervals as proportion_intervals

    # regression
    from leakstats.stats.regression import LinearFit as LinearFit
    from leakstats.stats.regression import fit_ols as fit_ols

    # reliability
    from leakstats.stats.reliability import VarianceComponents as VarianceComponents
    from leakstats.stats.reliability import icc as icc
    from leakstats.stats.reliability import icc_table as icc_table
    from leakstats.stats.reliability import variance_components as variance_components

    # repeated
    from leakstats.stats.repeated import WithinBetween as WithinBetween
    from leakstats.stats.repeated import repeated_measures_correlation as repeated_measures_correlation
    from leakstats.stats.repeated import within_between as within_between

    # resampling
    from leakstats.stats.resampling import Bootstrap as Bootstrap
    from leakstats.stats.resampling import Permutation as Permutation
    from leakstats.stats.resampling import bootstrap as bootstrap

    # selection
    from leakstats.stats.selection import held_out_selection as held_out_selection
    from leakstats.stats.selection import peak_rate as peak_rate
    from leakstats.stats.selection import peak_under_constant_rate as peak_under_constant_rate
    from leakstats.stats.selection import selected_correlation as selected_correlation

    # sequential
    from leakstats.stats.sequential import AnytimeRate as AnytimeRate
    from leakstats.stats.sequential import clustered_confidence_sequence as clustered_confidence_sequence
    from leakstats.stats.sequential import confidence_sequence as confidence_sequence

    # synthesis
    from leakstats.stats.synthesis import combine_correlations as combine_correlations
    from leakstats.stats.synthesis import combine_estimates as combine_estimates

_HOME = {
    # public name -> module of this package that defines it; one block a module, one line a name
    # correlation
    "exact_ratio_ranks": "_ranks",
    "kendall": "correlation",
    "pearson": "correlation",
    "spearman": "correlation",
    # clustered
    "clustered_difference": "clustered",
    "clustered_proportion": "clustered",
    "clustered_proportions": "clustered",
    # crossed
    "crossed_correlation": "crossed",
    # crossed_difference
    "crossed_difference": "crossed_difference",
    # dependent_correlations
    "compare_dependent_correlations": "dependent_correlations",
    # dyadic
    "Mrqap": "dyadic",
    "mantel": "dyadic",
    "mrqap": "dyadic",
    "node_bootstrap": "dyadic",
    "partial_mantel": "dyadic",
    # effective_number
    "effective_number": "effective_number",
    # geometry
    "accuracy_change": "geometry",
    "axis_shift": "geometry",
    "cosine_matrix": "geometry",
    "mean_similarity": "geometry",
    "nearest_centroid": "geometry",
    "nearest_centroid_accuracy": "geometry",
    "similarity_change": "geometry",
    "spread_change": "geometry",
    # influence
    "DropOne": "influence",
    "drop_one": "influence",
    "influence": "influence",
    # leave_one_out
    "LeaveOneOut": "leave_one_out",
    "jackknife_plus": "leave_one_out",
    "loo_prediction_intervals": "leave_one_out",
    # logistic
    "crossed_logistic": "logistic",
    # multiplicity
    "MaxT": "multiplicity",
    "max_t": "multiplicity",
    "adjust": "multiplicity",
    # partial
    "partial_correlation": "partial",
    "partial_correlations": "partial",
    "semipartial_correlation": "partial",
    "variance_inflation": "partial",
    # power
    "combined_correlation_precision": "power",
    "correlation_power": "power",
    "correlation_precision": "power",
    "difference_precision": "power",
    "minimum_detectable_correlation": "power",
    "precision_table": "power",
    "questions_needed": "power",
    "rate_precision": "power",
    # proportion
    "difference_interval": "proportion",
    "one_sided_bound": "proportion",
    "proportion_interval": "proportion",
    "proportion_intervals": "proportion",
    # regression
    "LinearFit": "regression",
    "fit_ols": "regression",
    # reliability
    "VarianceComponents": "reliability",
    "icc": "reliability",
    "icc_table": "reliability",
    "variance_components": "reliability",
    # permutation_tests
    "permutation_difference": "permutation_tests",
    "sign_flip": "permutation_tests",
    # resampling
    "Bootstrap": "resampling",
    "Permutation": "resampling",
    "bootstrap": "resampling",
    # sequential
    "AnytimeRate": "sequential",
    "clustered_confidence_sequence": "sequential",
    "confidence_sequence": "sequential",
    # synthesis
    "combine_correlations": "synthesis",
    "combine_estimates": "synthesis",
    # repeated
    "WithinBetween": "repeated",
    "repeated_measures_correlation": "repeated",
    "within_between": "repeated",
    # contrast
    "blocked_conditions_test": "contrast",
    "correlation_equivalence": "contrast",
    "equivalence": "contrast",
    "equivalence_test": "contrast",
    "paired_contrast": "contrast",
    "unpaired_contrast": "contrast",
    # selection
    "held_out_selection": "selection",
    "peak_rate": "selection",
    "peak_under_constant_rate": "selection",
    "selected_correlation": "selection",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})


class _Package(ModuleType):
    def __setattr__(self, name: str, value: Any) -> None:
        # importing the module `influence` would bind it over the function `influence`
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
