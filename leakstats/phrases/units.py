"""In which unit each statistic is printed: percent, percentage points, a count, or a bare number."""

from __future__ import annotations

from leakstats.analysis.document import Entry

__all__ = ["unit_of"]

# Fractions are stored in [0, 1]; which of them are rates is known by name, since a correlation is one too by range.
_PERCENT = {
    "controls.rate",
    "contrast.mean_rate",
    "prediction.held_out_coverage",
    "prediction.loo_coverage",
    "prediction.new_points_inside",
    "prediction.observed",
    "prediction.predicted",
    "trajectory.baseline",
    "trajectory.final",
    "trajectory.level_share",
    "trajectory.peak",
    "trajectory.rise_share",
    "trajectory.rising",
    "trajectory.share_above_baseline",
    "trajectory.similarity_rising",
}
_POINTS = {
    "contrast.difference",
    "contrast.own_persona",
    "contrast.range",
    "contrast.sign_flip",
    "prediction.half_width",
    "trajectory.net_change",
}
_COUNTS = {"collapse.stored_zero_p", "trajectory.peak_checkpoint", "trajectory.reachable_cells"}


def unit_of(entry: Entry) -> str:
    """ "percent", "points", "count" or "number": how the value of this estimate is printed."""
    name = f"{entry.id.analysis}.{entry.id.statistic}"
    if name in _POINTS:
        return "points"
    if name in _COUNTS:
        return "count"
    return "percent" if name in _PERCENT or entry.id.analysis == "rates" else "number"
