"""Does similarity go with leakage? Correlations per source, combined over sources, pooled, by layer and by category."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from leakstats.analysis.context import Context
from leakstats.analysis.document import Role
from leakstats.analysis.joined import Joined, Objects, all_joins
from leakstats.analysis.ledger import Assumption, Question, Recheck
from leakstats.errors import UndefinedEstimate
from leakstats.estimate import Estimate
from leakstats.ident import EstimateId, Facet
from leakstats.stats import (
    combine_correlations,
    compare_dependent_correlations,
    crossed_correlation,
    kendall,
    max_t,
    pearson,
    spearman,
    within_between,
)
from leakstats.stats.crossed import ROWS_INDEPENDENT
from leakstats.tails import bonett_wright_interval, fisher_z_interval

__all__ = ["STATISTICS", "headline_statistic", "primary_layer", "run"]

STATISTICS: Mapping[str, tuple[str, Callable[..., Estimate]]] = {
    "spearman": ("Spearman ρ", spearman),
    "pearson": ("Pearson r", pearson),
}
FLOOR_SHARE = 0.30
"""Above this share of units at 0 or 1 three views are given (rigour rule 16)."""


def headline_statistic(ctx: Context) -> str:
    """The correlation that the plan names; Spearman where it names none."""
    primary = ctx.results.plan.primary
    named = "" if primary is None else primary.statistic
    return named if named in STATISTICS else "spearman"


def primary_layer(ctx: Context, joined: Joined) -> int | None:
    """The layer that the plan names; the middle one of those there are, said as such, where it names none."""
    primary = ctx.results.plan.primary
    if primary is not None and primary.layer in joined.layers:
        return primary.layer
    return joined.layers[(len(joined.layers) - 1) // 2]


def correlate(ctx: Context, statistic: str, x: np.ndarray, y: np.ndarray, purpose: str) -> Estimate:
    """One correlation with the p-value that its n calls for: exact to 9, permutation to 30, t beyond."""
    function = STATISTICS[statistic][1]
    override = ctx.override("correlation-p")
    if override == "t":
        return function(x, y, level=ctx.level, method="t")
    if override == "permutation" or 9 < x.size <= 30:
        return function(x, y, level=ctx.level, method=ctx.permutation(purpose))
    return function(x, y, level=ctx.level)


def run(ctx: Context) -> None:
    """Enter every correlation of every join of rates and similarities."""
    question = ctx.ledger.question("similarity")
    joins, left = all_joins(ctx.results)
    question.notes.extend(left)
    if not joins:
        question.status = "not_run"
        question.reason = "; ".join(left) or "the file has no table of rates beside a table of similarities"
        return
    for joined in joins:
        _Similarity(ctx, question, joined).enter()


class _Similarity:
    """The correlations of one join."""

    def __init__(self, ctx: Context, question: Question, joined: Joined) -> None:
        self.ctx = ctx
        self.question = question
        self.joined = joined
        self.layer = primary_layer(ctx, joined)
        self.headline = headline_statistic(ctx)
        self.noun = ctx.noun(joined.unit)
        self.groups = joined.group_names if joined.group is not None else []

    def enter(self) -> None:
        plan = self.ctx.results.plan
        if len(self.joined.layers) > 1 and (plan.primary is None or plan.primary.layer is None):
            self.question.notes.append(
                f"the plan names no primary layer; layer {self.layer} is shown as the middle one"
            )
        self.question.notes.extend(self.joined.notes)
        for statistic in STATISTICS:
            self._open_families(statistic)
            for layer in self.joined.layers:
                if self.groups:
                    self._per_group(statistic, layer)
                    self._combined(statistic, layer)
                    self._pooled(statistic, layer)
                else:
                    self._single(statistic, layer)
            if not self.groups:
                self._over_layers(statistic)
            self._categories(statistic)
            self._within_between(statistic)
        self._layer_differences()
        self._floors()
        self._independence()

    # -- naming

    def _facets(self, layer: int | None, **more: Facet) -> dict[str, Facet]:
        out: dict[str, Facet] = {**self.joined.facets, **more}
        if layer is not None:
            out["layer"] = layer
        return out

    def _label(self, statistic: str, layer: int | None, *parts: object) -> str:
        words = [STATISTICS[statistic][0], *(str(p) for p in (*parts, *self.joined.facets.values()))]
        if layer is not None:
            words.append(f"layer {layer}")
        return ", ".join(words)

    def _family(self, statistic: str, name: str) -> str:
        extra = "".join(f", {value}" for value in self.joined.facets.values())
        return f"{name}, {statistic}{extra}"

    def _open_families(self, statistic: str) -> None:
        override = self.ctx.override("correction")
        planned = {family.name: family.correction for family in self.ctx.results.plan.families}
        at = "" if self.layer is None else f" at layer {self.layer}"
        notes = {
            "sources": f"one test a {self.joined.group}{at}",
            "sources at other layers": f"one test a {self.joined.group} and layer other than the primary",
            "layers": "the same question asked at every layer",
            "pooled layers": "the pooled coefficient at every layer",
            "categories": f"one test a category{at}",
        }
        if not self.groups:
            notes = {k: v for k, v in notes.items() if k in ("layers", "categories")}
        for name, note in notes.items():
            method = override or planned.get(name, "holm").replace("_", "-")
            if method == "max-t" and not (name == "layers" and not self.groups):
                method = "holm"
                note += "; Holm, since max-T needs one coefficient a layer over the same units"
            self.ctx.ledger.open_family(self._family(statistic, name), method=method, note=note)

    def _role(self, statistic: str, layer: int | None, scope: str) -> Role:
        primary = self.ctx.results.plan.primary
        meant = not self.joined.facets or (primary is not None and dict(self.joined.facets) == primary.slice)
        same = statistic == self.headline and layer == self.layer and meant
        if same and primary is not None and primary.analysis == "similarity":
            wanted = "" if not self.groups else primary.source if primary.source is not None else "combined"
            if scope == wanted:
                return "primary"
        return "secondary" if statistic == self.headline and layer == self.layer else "exploratory"

    # -- estimates

    def _single(self, statistic: str, layer: int | None) -> None:
        """Units that all belong to one group: the whole, and without points that are constant by construction."""
        j = self.joined
        rows = j.complete(layer)
        subsets = {"": rows}
        plan = self.ctx.results.plan
        if j.reference is not None:
            subsets["without_reference"] = rows & (j.units != j.reference)
        if plan.fit_points is not None or plan.new_points:
            fit = set(plan.fit_points) if plan.fit_points is not None else set(j.units.tolist()) - set(plan.new_points)
            subsets["fit"] = rows & np.isin(j.units.astype(str), sorted(map(str, fit)))
        for points, part in subsets.items():
            # the join with excluded points is itself a subset by points: it is not split further
            if points and ("points" in j.facets or part.sum() == rows.sum()):
                continue
            more: dict[str, Facet] = {"points": points} if points else {}
            notes = []
            if not points and j.reference is not None:
                notes.append(
                    f"{j.reference} is the reference: its similarity is 1 by construction; see points=without_reference"
                )
            self._enter(
                statistic,
                layer,
                more,
                j.take(part),
                role="exploratory" if points else self._role(statistic, layer, ""),
                family=None if points else self._family(statistic, "layers"),
                label=self._label(statistic, layer, *([points.replace("_", " ")] if points else [])),
                notes=notes,
            )

    def _over_layers(self, statistic: str) -> None:
        """The layers are correlated tests: adjust by the largest of them, and test whether any layer relates."""
        layers = [layer for layer in self.joined.layers if layer is not None]
        family = self.ctx.ledger.families[self._family(statistic, "layers")]
        whole = self.joined.take(np.all([self.joined.complete(layer) for layer in layers], axis=0)) if layers else None
        if whole is None or len(layers) < 2:
            return
        purpose = f"max-T {statistic} {dict(self.joined.facets)}"
        columns = {str(layer): whole.similarity[layer] for layer in layers}

        def largest() -> Estimate:
            found = max_t(
                whole.rate,
                columns,
                statistic=statistic,  # type: ignore[arg-type]
                method=self.ctx.permutation(purpose),
                level=1.0 - self.ctx.alpha,
            )
            best = max(found.labels, key=lambda name: abs(found[name].value))
            if family.method == "max-t":
                for name in found.labels:
                    p = found[name].p_value
                    if p is not None:
                        family.adjusted[str(EstimateId("similarity", statistic, self._facets(int(name))))] = p
            return replace(
                found[best],
                quantity=f"largest {statistic} over {len(layers)} layers",
                p_value=found.global_p,
                null="no layer's similarity is related to the rate",
                interval=None,
                other_intervals=(),
                other_p_values=(),
                notes=("the largest of several is biased away from 0; its p-value allows for the choice",),
                details={
                    "layer": int(best),
                    "n_layers": len(layers),
                    "mean_of_largest_under_null": found.null_mean_of_max,
                    **({} if found.critical_value is None else {"critical_value": found.critical_value}),
                },
            )

        self.ctx.ledger.add(
            "similarity",
            statistic,
            largest,
            facets={**self.joined.facets, "scope": "best_layer"},
            label=self._label(statistic, None, "best of the layers"),
            unit_noun=self.noun,
            role="exploratory",
        )

    def _enter(
        self,
        statistic: str,
        layer: int | None,
        more: Mapping[str, Facet],
        part: Joined,
        *,
        role: Role,
        family: str | None,
        label: str,
        notes: list[str] | None = None,
    ) -> Estimate | None:
        facets = self._facets(layer, **more)

        def compute() -> Estimate:
            estimate = correlate(self.ctx, statistic, part.similarity[layer], part.rate, f"{statistic} {facets}")
            return estimate.with_notes(*(notes or []))

        return self.ctx.ledger.add(
            "similarity",
            statistic,
            compute,
            facets=facets,
            label=label,
            unit_noun=self.noun,
            role=role,
            family=family,
            recheck=_recheck(statistic, part.similarity[layer], part.rate),
        )

    def _per_group(self, statistic: str, layer: int | None) -> None:
        at_primary = layer == self.layer
        family = self._family(statistic, "sources" if at_primary else "sources at other layers")
        for name in self.groups:
            part = self.joined.of_group(name)
            self._enter(
                statistic,
                layer,
                {str(self.joined.group): name},
                part.take(part.complete(layer)),
                role=self._role(statistic, layer, str(name)),
                family=family,
                label=self._label(statistic, layer, name),
            )

    def _combined(self, statistic: str, layer: int | None) -> None:
        """Random effects over groups (REML, Hartung-Knapp) and the t over the groups' Fisher z."""
        group = str(self.joined.group)
        parts = [
            (str(i.facets[group]), e)
            for i, e in self.ctx.ledger.estimates("similarity", statistic, **self._facets(layer))
            if group in i.facets and dict(i.facets) == self._facets(layer, **{group: i.facets[group]})
        ]
        coefficient = "spearman" if statistic == "spearman" else "pearson"
        for method, more in (("reml", {}), ("t-over-sources", {"method": "t-over-sources"})):

            def compute(method: str = method) -> Estimate:
                usable = [(name, e) for name, e in parts if abs(e.value) < 1.0]
                if len(usable) < 2:
                    raise UndefinedEstimate(
                        f"combined {statistic}",
                        f"{len(usable)} {group} levels have a coefficient, 2 are needed",
                        n=len(usable),
                    )
                return combine_correlations(
                    [e.value for _, e in usable],
                    [e.n for _, e in usable],
                    method=method,  # type: ignore[arg-type]
                    level=self.ctx.level,
                    labels=[name for name, _ in usable],
                    coefficient=coefficient,  # type: ignore[arg-type]
                    sign_flip=True,
                )

            main = not more
            self.ctx.ledger.add(
                "similarity",
                statistic,
                compute,
                facets=self._facets(layer, scope="combined", **more),
                label=self._label(statistic, layer, f"combined over {self.ctx.noun(group)}", *more.values()),
                unit_noun=self.ctx.noun(group),
                role=self._role(statistic, layer, "combined") if main else "exploratory",
                family=self._family(statistic, "layers") if main else None,
                recheck=Recheck(
                    "combination",
                    {
                        "r": [e.value for _, e in parts if abs(e.value) < 1.0],
                        "n": [e.n for _, e in parts if abs(e.value) < 1.0],
                        "method": method,
                        "coefficient": coefficient,
                    },
                ),
            )

    def _pooled(self, statistic: str, layer: int | None) -> None:
        j = self.joined.take(self.joined.complete(layer))
        facets = self._facets(layer, scope="pooled")

        def compute() -> Estimate:
            estimate = crossed_correlation(
                j.similarity[layer],
                j.rate,
                units=j.units,
                groups=j.groups,
                rng=self.ctx.rng(f"pooled {statistic} {facets}"),
                kind=statistic,  # type: ignore[arg-type]
                n_resamples=self.ctx.settings.n_resamples,
                level=self.ctx.level,
            )
            return _as_if_independent(ctx, estimate) if ctx.override("pooled") == "independent-rows" else estimate

        ctx = self.ctx
        ctx.ledger.add(
            "similarity",
            statistic,
            compute,
            facets=facets,
            label=self._label(statistic, layer, "pooled rows"),
            unit_noun=self.noun,
            role="exploratory",
            family=self._family(statistic, "pooled layers"),
            recheck=_recheck(statistic, j.similarity[layer], j.rate, kind="pooled"),
        )

    def _categories(self, statistic: str) -> None:
        """Within categories: a relation between categories need not hold inside them."""
        j = self.joined.take(self.joined.complete(self.layer))
        names = [c for c in dict.fromkeys(j.categories.tolist()) if c is not None]
        if len(names) < 2:
            return
        for name in names:
            part = j.take(j.categories == name)
            facets = self._facets(self.layer, category=name)
            common: dict[str, object] = {
                "label": self._label(statistic, self.layer, f"within {name}"),
                "unit_noun": self.noun,
                "family": self._family(statistic, "categories"),
                "role": "exploratory",
            }
            several = len(set(part.groups.tolist())) > 1
            kind = "pooled" if several else "correlation"
            common["recheck"] = _recheck(statistic, part.similarity[self.layer], part.rate, kind=kind)

            def compute(part: Joined = part, several: bool = several, facets: Mapping[str, Facet] = facets) -> Estimate:
                x, y = part.similarity[self.layer], part.rate
                if not several:
                    return correlate(self.ctx, statistic, x, y, f"{statistic} {facets}")
                return crossed_correlation(
                    x,
                    y,
                    units=part.units,
                    groups=part.groups,
                    rng=self.ctx.rng(f"{statistic} {facets}"),
                    kind=statistic,  # type: ignore[arg-type]
                    n_resamples=self.ctx.settings.n_resamples,
                    level=self.ctx.level,
                )

            self.ctx.ledger.add("similarity", statistic, compute, facets=facets, **common)  # type: ignore[arg-type]

    def _within_between(self, statistic: str) -> None:
        """The relation inside groups and the one between their means, for categories and for sources."""
        j = self.joined.take(self.joined.complete(self.layer))
        splits: dict[str, Objects] = {}
        named = np.array([c is not None for c in j.categories.tolist()], dtype=bool)
        if len(set(j.categories[named].tolist())) > 1:
            splits["category"] = j.categories
        if j.group is not None:
            splits[str(j.group)] = j.groups
        for of, labels in splits.items():
            rows = named if of == "category" else np.ones(j.n_rows, dtype=bool)
            x, y = j.similarity[self.layer][rows], j.rate[rows]
            try:
                split = within_between(x, y, labels[rows].tolist(), kind=statistic, level=self.ctx.level)  # type: ignore[arg-type]
            except UndefinedEstimate as error:
                self.question.notes.append(f"within and between {of}: {error.reason}")
                continue
            self.question.notes.extend(f"{of}: {note}" for note in split.notes)
            crossed = len(set(j.units[rows].tolist())) < int(rows.sum())
            for part, estimate in (("within", split.within), ("between", split.between)):
                if crossed and part == "within" and isinstance(estimate, Estimate):
                    # its t and its interval take rows as independent, but the same bystander stands in several
                    estimate = replace(
                        estimate,
                        p_value=None,
                        null="",
                        interval=None,
                        notes=(*estimate.notes, f"no interval or p: the same {self.noun} stand under several sources"),
                    )
                self.ctx.ledger.add(
                    "similarity",
                    statistic,
                    estimate,
                    facets=self._facets(self.layer, part=part, of=of),
                    label=self._label(statistic, self.layer, f"{part} {of}"),
                    unit_noun=self.ctx.noun(of),
                    role="exploratory",
                    definition=f"within-between/{part}",
                )

    def _layer_differences(self) -> None:
        """Is the primary layer really better or worse than another? Differences of correlations that share the rate."""
        if self.joined.group is not None or self.layer is None:
            return
        for layer in self.joined.layers:
            if layer == self.layer or layer is None:
                continue
            whole = self.joined.take(self.joined.complete(layer) & self.joined.complete(self.layer))
            self.ctx.ledger.add(
                "similarity",
                "difference",
                partial(
                    compare_dependent_correlations,
                    whole.rate,
                    whole.similarity[layer],
                    whole.similarity[self.layer],
                    kind=self.headline,
                    level=self.ctx.level,
                ),
                facets={**self.joined.facets, "layer": layer, "versus": self.layer},
                label=f"{STATISTICS[self.headline][0]} at layer {layer} minus that at layer {self.layer}",
                unit_noun=self.noun,
                role="exploratory",
            )

    def _floors(self) -> None:
        """Where many units sit at 0 or 1: tau-b, the units above the floor, and any against none."""
        j, layer = self.joined, self.layer
        scopes: list[tuple[dict[str, Facet], Joined]] = (
            [({str(j.group): name}, j.of_group(name)) for name in self.groups] if self.groups else [({}, j)]
        )
        for more, whole in scopes:
            part = whole.take(whole.complete(layer))
            if part.n_rows == 0:
                continue
            x, y = part.similarity[layer], part.rate
            bound = 0.0 if (y == 0).mean() >= (y == 1).mean() else 1.0
            share = float((y == bound).mean())
            name = ", ".join(map(str, more.values())) or "all units"
            views: dict[str, Callable[[], Estimate]] = {"tau_b": partial(kendall, x, y, level=self.ctx.level)}
            arrays = {"tau_b": _recheck("kendall", x, y)}
            if share > FLOOR_SHARE:
                off = y != bound
                where = "floor" if bound == 0.0 else "ceiling"
                self.question.assumptions.append(
                    Assumption(
                        f"rates away from the {where}: {name}",
                        "doubtful",
                        f"{int((~off).sum())} of {y.size} {self.noun} sit at exactly {bound:g}; three views are given",
                    )
                )
                views["off_bound"] = partial(self._view, x[off], y[off], more)
                views["any"] = partial(self._view, x, off.astype(float), more)
                arrays["off_bound"] = _recheck(self.headline, x[off], y[off])
                arrays["any"] = _recheck(self.headline, x, off.astype(float))
            for view, compute in views.items():
                tau = view == "tau_b"
                self.ctx.ledger.add(
                    "similarity",
                    "kendall" if tau else self.headline,
                    compute,
                    facets=self._facets(layer, **more) if tau else self._facets(layer, view=view, **more),
                    label=("Kendall τ-b, " if tau else "") + self._view_label(view, name),
                    unit_noun=self.noun,
                    role="exploratory",
                    recheck=arrays[view],
                )

    def _view(self, x: np.ndarray, y: np.ndarray, more: Mapping[str, Facet]) -> Estimate:
        return correlate(self.ctx, self.headline, x, y, f"view {dict(more)} {x.size} {y.sum():g}")

    def _view_label(self, view: str, name: str) -> str:
        at = "" if self.layer is None else f", layer {self.layer}"
        what = {
            "tau_b": "",
            "off_bound": f"{STATISTICS[self.headline][0]} of units off the bound, ",
            "any": "any against none, ",
        }
        return f"{what[view]}{name}{at}"

    def _independence(self) -> None:
        design = self.ctx.results.design
        self.question.assumptions.append(
            Assumption("units are independent within a group", "not_checked", design.independent)
        )
        if self.groups:
            shared = len(set(self.joined.units.tolist())) < self.joined.n_rows
            self.question.assumptions.append(
                Assumption(
                    f"{self.ctx.noun(str(self.joined.group))} are independent of each other",
                    "doubtful" if shared else "not_checked",
                    f"the same {self.noun} are measured under every {self.joined.group}"
                    if shared
                    else f"each {self.joined.group} has its own {self.noun}",
                )
            )


def _recheck(statistic: str, x: np.ndarray, y: np.ndarray, *, kind: str = "correlation") -> Recheck:
    return Recheck(kind, {"statistic": statistic, "x": x, "y": y})


def _as_if_independent(ctx: Context, estimate: Estimate) -> Estimate:
    """The override ``pooled=independent-rows``: the t over rows becomes the headline, and says so."""
    rows = estimate.n_rows or estimate.n
    interval = bonett_wright_interval if estimate.quantity.startswith("spearman") else fisher_z_interval
    joint = () if estimate.p_value is None else (estimate.p_value,)
    return replace(
        estimate,
        p_value=estimate.p_by(ROWS_INDEPENDENT),
        interval=interval(estimate.value, rows, level=ctx.level),
        other_p_values=joint,
        other_intervals=tuple(i for i in (estimate.interval, *estimate.other_intervals) if i is not None),
        null="no association between rows",
        assumptions=("OVERRIDE pooled=independent-rows: rows that share units are taken as independent",),
    )
