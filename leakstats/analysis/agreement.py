"""Do the sources tell one story or several? Their leakage over the same bystanders, and what similarity adds to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from leakstats.analysis.context import Context
from leakstats.analysis.joined import Joined, all_joins
from leakstats.analysis.ledger import Question, Recheck
from leakstats.analysis.similarity import correlate, primary_layer
from leakstats.errors import UndefinedEstimate
from leakstats.estimate import Estimate
from leakstats.ident import Facet
from leakstats.stats import effective_number, partial_correlation, spearman

__all__ = ["run"]

MAX_NAMED = 12
"""Up to this many sources every pair has an id of its own."""
FEWEST_UNITS = 4

Floats = npt.NDArray[np.float64]


def run(ctx: Context) -> None:
    """Correlate the sources' leakage over the units that all of them share."""
    question = ctx.ledger.question("agreement")
    grids = list(_grids(ctx, question))
    if not grids:
        question.status = "not_run"
        question.reason = f"no {FEWEST_UNITS} {ctx.results.design.unit_noun} were measured under more than one source"
        return
    ctx.ledger.open_family("agreement", method=_correction(ctx), note="every pair of sources, over shared units")
    for grid in grids:
        _pairs(ctx, grid)
        if len(grid.groups) > 2:
            _others(ctx, grid)


def _correction(ctx: Context) -> str:
    planned = {f.name: f.correction for f in ctx.results.plan.families}
    method = ctx.override("correction") or planned.get("agreement", "holm").replace("_", "-")
    return "holm" if method == "max-t" else method


@dataclass(frozen=True, slots=True)
class _Grid:
    """Rates and similarities of the units measured under every source, shape (units, sources)."""

    facets: Mapping[str, Facet]
    factor: str
    groups: list[Facet]
    unit: str
    layer: int | None
    rate: Floats
    others: Floats
    """The rate of each unit under the other sources together."""
    similarity: Floats
    """NaN where none is known."""


def _grids(ctx: Context, question: Question) -> Iterator[_Grid]:
    """One grid an outcome and condition, of the first predictor that it was joined with."""
    seen: set[tuple[object, ...]] = set()
    for joined in all_joins(ctx.results)[0]:
        name = (joined.outcome_id, joined.facets.get("condition"), joined.facets.get("points"))
        if joined.group is None or name in seen:
            continue
        seen.add(name)
        grid = _grid(ctx, joined)
        if len(grid.groups) > 1 and grid.rate.shape[0] >= FEWEST_UNITS:
            yield grid
        else:
            question.notes.append(
                f"{joined.outcome_id}: {grid.rate.shape[0]} {ctx.noun(joined.unit)} stand under every {joined.group}"
            )


def _grid(ctx: Context, joined: Joined) -> _Grid:
    layer = primary_layer(ctx, joined)
    known = joined.take(np.isfinite(joined.rate))
    groups = known.group_names
    units = list(dict.fromkeys(known.units.tolist()))
    row, column = {u: i for i, u in enumerate(units)}, {g: j for j, g in enumerate(groups)}
    at = (np.array([row[u] for u in known.units.tolist()]), np.array([column[g] for g in known.groups.tolist()]))
    shape = (len(units), len(groups))
    rate, similarity = np.full(shape, np.nan), np.full(shape, np.nan)
    rate[at], similarity[at] = known.rate, known.similarity[layer]
    everywhere = np.isfinite(rate).all(axis=1)
    if known.successes is not None and known.trials is not None:
        # sums of counts, so that equal shares tie exactly
        successes, trials = np.zeros(shape), np.ones(shape)
        successes[at], trials[at] = known.successes, known.trials
        rest = [(m.sum(axis=1, keepdims=True) - m)[everywhere] for m in (successes, trials)]
        others = np.divide(rest[0], rest[1], out=np.zeros_like(rest[0]), where=rest[1] > 0)
    else:
        whole = rate[everywhere]
        others = (whole.sum(axis=1, keepdims=True) - whole) / max(len(groups) - 1, 1)
    return _Grid(
        facets={k: v for k, v in joined.facets.items() if k != "predictor"},
        factor=str(joined.group),
        groups=groups,
        unit=joined.unit,
        layer=layer,
        rate=rate[everywhere],
        others=others,
        similarity=similarity[everywhere],
    )


def _pairs(ctx: Context, grid: _Grid) -> None:
    k, noun = len(grid.groups), ctx.noun(grid.unit)
    if k <= MAX_NAMED:
        for a, b in combinations(range(k), 2):
            x, y = grid.rate[:, a], grid.rate[:, b]
            first, second = grid.groups[a], grid.groups[b]
            facets = {**grid.facets, grid.factor: first, "versus": second}
            ctx.ledger.add(
                "agreement",
                "spearman",
                lambda x=x, y=y, facets=facets: correlate(ctx, "spearman", x, y, f"agreement {facets}"),  # type: ignore[misc]
                facets=facets,
                label=f"Spearman ρ of the rates under {first} and {second}",
                unit_noun=noun,
                role="exploratory",
                family="agreement",
                recheck=Recheck("correlation", {"statistic": "spearman", "x": x, "y": y}),
            )
    parts: list[tuple[dict[str, Facet], str, Floats]] = [({"of": "rate"}, "rates", grid.rate)]
    if np.isfinite(grid.similarity).all():
        at: dict[str, Facet] = {} if grid.layer is None else {"layer": grid.layer}
        parts.append(({"of": "similarity", **at}, "similarities", grid.similarity))
    for more, words, values in parts:
        ctx.ledger.add(
            "agreement",
            "effective_number",
            lambda values=values: _effective(values),  # type: ignore[misc]
            facets={**grid.facets, **more},
            label=f"effective number of {ctx.noun(grid.factor)} by their {words}",
            unit_noun=ctx.noun(grid.factor),
            role="descriptive",
            definition="participation-ratio/rank-correlations",
        )


def _effective(values: Floats) -> Estimate:
    k = values.shape[1]
    r = np.eye(k)
    for a, b in combinations(range(k), 2):
        r[a, b] = r[b, a] = spearman(values[:, a], values[:, b], method="t").value
    return effective_number(r)


def _others(ctx: Context, grid: _Grid) -> None:
    """Some bystanders leak under every source: what the other sources tell of a rate, and similarity beyond that."""
    if len(grid.groups) > MAX_NAMED:
        return
    noun = ctx.noun(grid.unit)
    for a, name in enumerate(grid.groups):
        facets: dict[str, Facet] = {**grid.facets, grid.factor: name}
        y, others, x = grid.rate[:, a], grid.others[:, a], grid.similarity[:, a]
        ctx.ledger.add(
            "agreement",
            "others",
            lambda y=y, others=others, facets=facets: correlate(ctx, "spearman", others, y, f"others {facets}"),  # type: ignore[misc]
            facets=facets,
            label=f"Spearman ρ of the rate under {name} and the rate under the other {ctx.noun(grid.factor)}",
            unit_noun=noun,
            role="exploratory",
            definition="others/rate-over-the-other-sources-together",
            recheck=Recheck("correlation", {"statistic": "spearman", "x": others, "y": y}),
        )
        if not np.isfinite(x).all():
            continue

        def beyond(
            y: Floats = y, x: Floats = x, others: Floats = others, facets: Mapping[str, Facet] = facets
        ) -> Estimate:
            if np.ptp(others) == 0.0:
                raise UndefinedEstimate("partial rank correlation", "the other sources never leak", n=int(y.size))
            return partial_correlation(
                y, x, others, kind="spearman", level=ctx.level, method=ctx.permutation(f"beyond others {facets}")
            )

        ctx.ledger.add(
            "agreement",
            "beyond_others",
            beyond,
            facets={**facets, **({} if grid.layer is None else {"layer": grid.layer})},
            label=f"Spearman ρ of similarity and rate given the rate under the other {ctx.noun(grid.factor)}, {name}",
            unit_noun=noun,
            role="exploratory",
            definition="partial/given-the-rate-over-the-other-sources",
            recheck=Recheck("partial", {"statistic": "spearman", "x": x, "y": y, "z": others[:, None]}),
        )
