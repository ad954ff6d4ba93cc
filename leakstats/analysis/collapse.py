"""Did the personas become alike? Geometry before and after, from arrays where given, else from stored summaries.

Arrays are found by their id. ``centroids.base`` and ``centroids.STATE`` have the axes persona, layer and width,
``states.base`` and ``states.STATE`` a fourth, the questions that are folds (the factor ``question``, or another). STATE
is a level of ``condition``, else of ``source``, of ``checkpoint`` or of ``state``, with ``_`` for characters that an id
cannot hold. Axes may stand in any order; along each but the width the entries are the levels of the file's factor of
that name, in its order. Where states are given without centroids, these are the means over the questions. An entry that
is not finite was not measured: that persona is left out at that layer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from leakstats.analysis.context import Context
from leakstats.analysis.ledger import Assumption, Question, Recheck
from leakstats.analysis.states import STATE_FACTORS, attribute, controls, own_personas
from leakstats.analysis.stored_geometry import enter_stored
from leakstats.errors import ContractError, UndefinedEstimate, Violation
from leakstats.estimate import Estimate, Undefined
from leakstats.ident import Facet
from leakstats.results import ArrayFile, Level, Results
from leakstats.results.arrays import array_path
from leakstats.stats import (
    Bootstrap,
    accuracy_change,
    axis_shift,
    mean_similarity,
    nearest_centroid,
    nearest_centroid_accuracy,
    similarity_change,
    spread_change,
)

__all__ = ["run"]

BASE = "base"
PREFIXES = ("centroids.", "states.")
AXIS_FROM, AXIS_TO = ("axis_from",), ("axis_to",)
"""Attributes of a state that name the personas at the ends of its axis."""

_UNFIT = re.compile(r"[^A-Za-z0-9_.-]")

Array = npt.NDArray[Any]


def run(ctx: Context) -> None:
    """Enter the geometry of every state against the base and the controls, and every stored summary."""
    question = ctx.ledger.question("collapse")
    states = _read(ctx.results, question)
    if states is not None:
        _Collapse(ctx, question, states).enter()
    enter_stored(ctx, question)
    if states is None and not ctx.results.geometry:
        question.status = "not_run"
        question.reason = "the file has no geometry tables and no arrays of centroids or states" + (
            f" that can be used: {'; '.join(question.notes)}" if question.notes else ""
        )


@dataclass(slots=True)
class _States:
    """By state: centroids (personas, layers, width) in fp64, states (personas, questions, layers, width) as stored."""

    factor: str
    centroids: dict[Level, Array] = field(default_factory=dict)
    states: dict[Level, Array] = field(default_factory=dict)

    def of(self, kind: str) -> dict[Level, Array]:
        return self.centroids if kind == "centroids" else self.states


def _levels_by_name(results: Results, question: Question) -> dict[str, tuple[str, Level]]:
    """The factor and level that an id's second part means; names that two levels share mean neither."""
    named: dict[str, tuple[str, Level]] = {}
    for factor in reversed(STATE_FACTORS):
        info = results.factors.get(factor)
        levels = () if info is None else info.levels
        names = [_UNFIT.sub("_", str(level)) for level in levels]
        for name, level in zip(names, levels, strict=True):
            if names.count(name) == 1:
                named[name] = (factor, level)
            else:
                question.notes.append(f"array ids cannot tell {factor} {level!r} from another level")
    return named


def _read(results: Results, question: Question) -> _States | None:
    """The arrays by state; None where none can be used, with the reason among the notes."""
    wanted = [item for item in results.arrays if item.id.startswith(PREFIXES)]
    named = _levels_by_name(results, question) if wanted else {}
    found: dict[str, _States] = {}
    base = _States(BASE)
    for item in wanted:
        kind, _, name = item.id.partition(".")
        if name != BASE and name not in named:
            question.notes.append(f"array {item.id}: {name!r} is no level of {', '.join(STATE_FACTORS)}, nor {BASE!r}")
            continue
        if results.folder is None or not array_path(item, results.folder).is_file():
            question.notes.append(f"array {item.id}: {item.path} is not beside the results file")
            continue
        array = _canonical(results, item, kind)
        factor, level = (BASE, BASE) if name == BASE else named[name]
        (base if name == BASE else found.setdefault(factor, _States(factor))).of(kind)[level] = array
    for each in (base, *found.values()):
        for level, array in each.states.items():
            with np.errstate(invalid="ignore"):  # an infinite entry marks what was not measured
                each.centroids.setdefault(level, array.mean(axis=1, dtype=np.float64))
    if not base.centroids or not found:
        if wanted:
            question.notes.append("a comparison needs the arrays of the base and of at least one other state")
        return None
    factor = next(f for f in STATE_FACTORS if f in found)
    question.notes.extend(
        f"arrays of {other} levels are left: the states compared are those of {factor}"
        for other in found
        if other != factor
    )
    out = found[factor]
    out.centroids |= base.centroids
    out.states |= base.states
    widths = {a.shape[-1] for a in (*out.centroids.values(), *out.states.values())}
    if len(widths) > 1:
        raise ContractError("arrays", [Violation("/arrays", f"states differ in width: {sorted(widths)}")])
    return out


def _canonical(results: Results, item: ArrayFile, kind: str) -> Array:
    """The array, its axes persona, (question,) layer, width; lengths are checked against the factors."""
    folds = [a for a in item.axes if a not in ("persona", "layer", "width")]
    order = ["persona", *(folds if kind == "states" else []), "layer", "width"]
    problems = []
    if sorted(order) != sorted(item.axes) or len(folds) != (1 if kind == "states" else 0):
        wanted = "persona, question, layer, width" if kind == "states" else "persona, layer, width"
        problems.append(Violation("", f"axes are {', '.join(item.axes)}; expected {wanted}"))
    for name, length in zip(item.axes, item.shape, strict=False):
        levels = len(results.factors[name].levels) if name in results.factors else None
        if name != "width" and levels != length:
            has = "there is no such factor" if levels is None else f"the factor has {levels} levels"
            problems.append(Violation("", f"axis {name} has {length} entries; {has}"))
    if problems:
        raise ContractError(f"array {item.id} ({item.path})", problems)
    array = results.array(item.id)
    if array.dtype.kind not in "fiu":
        raise ContractError(f"array {item.id} ({item.path})", [Violation("", f"holds {array.dtype}, not real numbers")])
    ordered: Array = array.transpose([item.axes.index(name) for name in order])
    return ordered if kind == "states" else ordered.astype(np.float64)


class _Collapse:
    """Every state against the base, and every state that is no control against the controls."""

    def __init__(self, ctx: Context, question: Question, states: _States) -> None:
        self.ctx = ctx
        self.question = question
        self.factor = states.factor
        self.centroids, self.states = states.centroids, states.states
        results = ctx.results
        self.levels = [
            level for level in results.factors[self.factor].levels if level in self.centroids and level != BASE
        ]
        self.controls = controls(results, self.factor, self.levels)
        self.personas = [str(p) for p in results.factors["persona"].levels]
        self.layers = [int(layer) for layer in results.factors["layer"].levels]
        planned = None if results.plan.primary is None else results.plan.primary.layer
        self.layer = planned if planned in self.layers else self.layers[(len(self.layers) - 1) // 2]
        self.noun = ctx.noun("persona")
        self.correct: dict[tuple[Level, int], npt.NDArray[np.bool_] | UndefinedEstimate] = {}

    def enter(self) -> None:
        self._explain()
        planned = {f.name: f.correction for f in self.ctx.results.plan.families}
        method = self.ctx.override("correction") or planned.get("geometry", "holm").replace("_", "-")
        method = "holm" if method == "max-t" else method
        for family, note in (
            ("geometry", "every measure, state and layer against the base model"),
            ("geometry against control", "every measure, state and layer against a control"),
            ("centred cosines", "cosines about the personas' own mean, which cannot see them shrink towards it"),
        ):
            self.ctx.ledger.open_family(family, method=method, note=note)
        for layer in self.layers:
            self._levels_of(BASE, layer)
            for level in self.levels:
                self._levels_of(level, layer)
            for level in self.levels:
                self._compare(level, BASE, layer)
                if level not in self.controls:
                    for control in self.controls:
                        self._compare(level, control, layer)

    def _explain(self) -> None:
        notes, assumptions = self.question.notes, self.question.assumptions
        if len(self.layers) > 1 and (self.ctx.results.plan.primary is None or self.layer != self._planned()):
            notes.append(
                f"the plan names no primary layer of the arrays; layer {self.layer} is shown as the middle one"
            )
        if self.controls:
            notes.append(f"controls: {', '.join(map(str, self.controls))}")
        notes.append(
            "centring=none takes cosines from the origin; centring=set takes the mean of that state's personas away"
            " first, which pins their mean cosine near -1 / (n - 1); spread_change sees what neither cosine can"
        )
        assumptions.append(
            Assumption(
                f"{self.noun} are independent draws",
                "not_checked",
                "personas are the units: similarities that share one are not independent, and pairs are never counted",
            )
        )
        assumptions.append(
            Assumption(
                f"a {self.factor} is more than one training run",
                "failed" if self.ctx.results.design.training_seed.n == 1 else "not_checked",
                "changes are those of these trained models: no interval here covers training noise",
            )
        )

    def _planned(self) -> int | None:
        primary = self.ctx.results.plan.primary
        return None if primary is None else primary.layer

    # -- entering

    def _facets(self, level: Level, layer: int, versus: Level | None = None, **more: Facet) -> dict[str, Facet]:
        named: dict[str, Facet] = {"state": BASE} if level == BASE else {self.factor: level}
        against: dict[str, Facet] = {} if versus in (None, BASE) else {"versus": versus}
        return {**named, **against, "layer": layer, **more}

    def _add(
        self,
        statistic: str,
        compute: Callable[[], Estimate] | Undefined,
        facets: Mapping[str, Facet],
        label: str,
        *,
        family: str | None = None,
        definition: str = "",
        noun: str | None = None,
        recheck: Recheck | None = None,
    ) -> None:
        at = ", ".join(str(v) for k, v in facets.items() if k not in ("layer", "versus", "centring"))
        against = f" against {facets['versus']}" if "versus" in facets else ""
        main = facets["layer"] == self.layer
        self.ctx.ledger.add(
            "collapse",
            statistic,
            compute,
            facets=facets,
            label=f"{label}, {at}{against}, layer {facets['layer']}",
            unit_noun=noun or self.noun,
            role="descriptive" if family is None else "secondary" if main else "exploratory",
            family=family,
            definition=definition,
            recheck=recheck,
        )

    def _measured(self, layer: int, *levels: Level, without: tuple[str, ...] = ()) -> tuple[list[int], tuple[str, ...]]:
        """The personas that all the states have at that layer, and a note on those that they lack."""
        at = self.layers.index(layer)
        finite = np.all([np.isfinite(self.centroids[level][:, at]).all(axis=1) for level in levels], axis=0)
        lost = [name for name, there in zip(self.personas, finite.tolist(), strict=True) if not there]
        kept = [i for i in np.flatnonzero(finite).tolist() if self.personas[i] not in without]
        return kept, (f"not measured in every state and left out: {', '.join(lost)}",) if lost else ()

    def _vectors(self, level: Level, layer: int, rows: list[int]) -> Array:
        return self.centroids[level][rows, self.layers.index(layer)]

    # -- one state

    def _levels_of(self, level: Level, layer: int) -> None:
        rows, notes = self._measured(layer, level)
        names = [self.personas[i] for i in rows]
        vectors = self._vectors(level, layer, rows)
        for centring in ("none", "set"):
            compute = partial(mean_similarity, vectors, centring=centring, labels=names, level=self.ctx.level)
            self._add(
                "mean_similarity",
                lambda compute=compute: compute().with_notes(*notes),  # type: ignore[misc]
                self._facets(level, layer, centring=centring),
                f"mean cosine of {len(rows)} {self.noun}{_centred(centring)}",
                definition=f"mean-off-diagonal-cosine/centring-{centring}",
                recheck=Recheck("cosines", {"states": (vectors,), "centring": centring}),
            )
        if level in self.states:

            def accuracy() -> Estimate:
                return nearest_centroid_accuracy(self._correct(level, layer), level=self.ctx.level)

            self._add(
                "accuracy",
                accuracy,
                self._facets(level, layer),
                "nearest-centroid accuracy",
                noun=self.ctx.noun("question") if self.states[level].shape[1] < len(rows) else self.noun,
                definition="nearest-centroid/leave-one-question-out",
            )

    def _correct(self, level: Level, layer: int) -> npt.NDArray[np.bool_]:
        """Hits of the classifier; personas that lack a question are left out in all states alike."""
        key = (level, layer)
        if key not in self.correct:
            at = self.layers.index(layer)
            whole = np.all([np.isfinite(s[:, :, at]).all(axis=(1, 2)) for s in self.states.values()], axis=0)
            try:
                self.correct[key] = nearest_centroid(self.states[level][whole, :, at])
            except UndefinedEstimate as error:
                self.correct[key] = error
        found = self.correct[key]
        if isinstance(found, UndefinedEstimate):
            raise found
        return found

    # -- two states

    def _compare(self, level: Level, versus: Level, layer: int) -> None:
        family = "geometry" if versus == BASE else "geometry against control"
        rows, notes = self._measured(layer, level, versus)
        names = [self.personas[i] for i in rows]
        before, after = (self._vectors(state, layer, rows) for state in (versus, level))
        for centring in ("none", "set"):
            facets = self._facets(level, layer, versus, centring=centring)

            def similarity(centring: str = centring, facets: Mapping[str, Facet] = facets) -> Estimate:
                return similarity_change(
                    before,
                    after,
                    centring=centring,  # type: ignore[arg-type]
                    labels=names,
                    bootstrap=Bootstrap(
                        n_resamples=self.ctx.settings.n_resamples,
                        method="percentile",
                        rng=self.ctx.rng(f"collapse {dict(facets)}"),
                    ),
                    level=self.ctx.level,
                ).with_notes(*notes)

            self._add(
                "similarity_change",
                similarity,
                facets,
                f"change of mean cosine{_centred(centring)}",
                family=family if centring == "none" else "centred cosines",
                definition=f"mean-off-diagonal-cosine/centring-{centring}",
                recheck=Recheck("cosines", {"states": (before, after), "centring": centring}),
            )
        self._add(
            "spread_change",
            lambda: spread_change(before, after, labels=names, level=self.ctx.level).with_notes(*notes),
            self._facets(level, layer, versus),
            "log ratio of spread",
            family=family,
            definition="spread/log-distance-from-own-mean",
        )
        self._shift(level, versus, layer, family)
        if level in self.states and versus in self.states:

            def accuracy() -> Estimate:
                return accuracy_change(self._correct(versus, layer), self._correct(level, layer), level=self.ctx.level)

            self._add(
                "accuracy_change",
                accuracy,
                self._facets(level, layer, versus),
                "change of nearest-centroid accuracy",
                family=family,
                definition="nearest-centroid/leave-one-question-out",
            )

    def _shift(self, level: Level, versus: Level, layer: int, family: str) -> None:
        """Along the axis of the state: from the reference persona to its own, both as the base model has them."""
        ends = self._axis(level)
        if ends is None:
            return
        start, end = ends
        rows, notes = self._measured(layer, level, versus, without=ends)
        at = self.layers.index(layer)
        first, last = (self.centroids[BASE][self.personas.index(name), at] for name in ends)

        def compute() -> Estimate:
            if not (np.isfinite(first).all() and np.isfinite(last).all()):
                raise UndefinedEstimate(
                    "shift_along_axis", f"the base model's {start} or {end} was not measured", n=len(rows)
                )
            found = axis_shift(
                self._vectors(versus, layer, rows),
                self._vectors(level, layer, rows),
                start=first,
                end=last,
                level=self.ctx.level,
            )
            left = f"{start} and {end} make the axis and are left out"
            return found.with_notes(left, *notes)

        self._add(
            "axis_shift",
            compute,
            self._facets(level, layer, versus, axis=f"{start}:{end}"),
            "shift along the axis",
            family=family,
            definition="axis-shift/base-model-axis-as-unit",
        )

    def _axis(self, level: Level) -> tuple[str, str] | None:
        results = self.ctx.results
        start = (attribute(results, self.factor, AXIS_FROM) or {}).get(level) or self._reference()
        end = (attribute(results, self.factor, AXIS_TO) or {}).get(level) or own_personas(results, self.factor).get(
            level
        )
        if start is None or end is None:
            return None
        missing = [name for name in (start, end) if name not in self.personas]
        if missing or start == end:
            why = f"{', '.join(missing)} has no centroid" if missing else f"it starts and ends at {start}"
            self.question.notes.append(f"{level}: no axis from {start} to {end}: {why}")
            return None
        return start, end

    def _reference(self) -> str | None:
        """The one persona of role "reference"; else the one that all similarities refer to."""
        personas = self.ctx.results.personas
        named = [n for n, role in zip(personas.name, personas.role, strict=True) if role == "reference"]
        if not named:
            named = list({t.reference for t in self.ctx.results.similarity if t.reference is not None})
        return named[0] if len(named) == 1 else None


def _centred(centring: str) -> str:
    return ", centred on the set" if centring == "set" else ""
