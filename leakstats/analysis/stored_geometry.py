"""Summaries of geometry that a file stores: named one by one, with their range over states and what a control does."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from leakstats.analysis.context import Context
from leakstats.analysis.document import Table, Unit
from leakstats.analysis.ledger import Question
from leakstats.analysis.states import STATE_FACTORS, controls
from leakstats.errors import UndefinedEstimate
from leakstats.estimate import Detail, Estimate
from leakstats.ident import Facet
from leakstats.results import GeometryTable, Level, NamedColumn

__all__ = ["MAX_NAMED_ROWS", "enter_stored"]

MAX_NAMED_ROWS = 200
"""Tables of up to this many rows give every stored value an id of its own; the others stand in the table only."""

RESAMPLES = ("n_permutations", "n_resamples")
"""A column of one of these names says how many resamples are behind the stored p-values of its row."""

_P_NAME = re.compile(r"p(_?values?)?(_.*)?")
_ADJUSTED = {"adj", "adjusted", "bh", "bonferroni", "by", "fdr", "hochberg", "holm"}
"""Words in the name of a column of adjusted p-values, which 1 / (B + 1) does not bound."""
_P_UNITS = ("p", "p-value", "fraction", "")
_UNITS = ("count", "fraction", "cosine", "z", "p")
_CHANGE = "difference"
"""A column whose unit begins with this word holds a change against the base."""

_UNITS_UNKNOWN = "a stored summary: what it was computed from is not in the file"

Floats = npt.NDArray[np.float64]


def enter_stored(ctx: Context, question: Question) -> None:
    """Enter every geometry table: as a table, ranges and ratios over states, and its values by facet."""
    for table in ctx.results.geometry:
        if table.n_rows:
            _Stored(ctx, question, table).enter()
    if ctx.results.geometry:
        question.notes.append("stored summaries are descriptive: no test is made of them and none enters a family")


def _is_p(name: str, column: NamedColumn) -> bool:
    """A column of p-values: its name begins with the word p, its unit fits, and its values do."""
    known = column.values[~np.isnan(column.values)]
    in_range = bool(((known >= 0.0) & (known <= 1.0)).all())
    return _P_NAME.fullmatch(name) is not None and column.unit in _P_UNITS and in_range


class _Stored:
    """One geometry table."""

    def __init__(self, ctx: Context, question: Question, table: GeometryTable) -> None:
        self.ctx = ctx
        self.question = question
        self.table = table
        names = [*table.factors, *table.constants]
        self.levels: dict[str, list[Level]] = {name: table.column(name).tolist() for name in names}
        self.p_columns = [name for name, column in table.columns.items() if _is_p(name, column)]
        self.value_columns = [name for name in table.columns if name not in self.p_columns and name not in RESAMPLES]
        self.state = next((f for f in STATE_FACTORS if f in table.factors and len(table.levels(f)) > 1), None)
        self.controls = [] if self.state is None else controls(ctx.results, self.state, table.levels(self.state))

    def enter(self) -> None:
        p_values, reasons, notes = self._p_values()
        self.question.notes.extend(f"{self.table.id}: {note}" for note in notes)
        columns: dict[str, list[float | int | None]] = {}
        for name, column in self.table.columns.items():
            values = p_values.get(name, column.values)
            columns[name] = [None if np.isnan(v) else float(v) for v in values]
            if np.isnan(values).any():
                reasons.setdefault(name, self.table.reason_missing or "not stored")
        self.ctx.ledger.table(
            Table(
                id=f"geometry.{self.table.id}",
                title=self.table.quantity,
                factors=self.levels or {"table": [self.table.id] * self.table.n_rows},
                columns=columns,
                units={name: self._unit(name) for name in self.table.columns},
                method="as stored",
                notes=tuple(notes),
                undefined=reasons,
            )
        )
        # changes first: they answer the question
        for name in sorted(self.value_columns, key=lambda c: not self._is_change(c)):
            self._over_states(name)
        if self.table.n_rows <= MAX_NAMED_ROWS:
            for name in self.value_columns:
                self._named(name)

    def _is_change(self, name: str) -> bool:
        return self.table.columns[name].unit.startswith(_CHANGE)

    def _unit(self, name: str) -> str:
        """The unit as an analysis knows it: "difference of cosines" is a cosine, a p-value is "p", others are bare."""
        if name in self.p_columns:
            return "p"
        words = [word.removesuffix("s") for word in self.table.columns[name].unit.split()]
        return next((word for word in words if word in _UNITS), "")

    def _facets(self, column: str, row: int | None = None, **more: Facet) -> dict[str, Facet]:
        levels = {} if row is None else {name: values[row] for name, values in self.levels.items()}
        return {**levels, "table": self.table.id, "column": column, **more}

    def _add(
        self,
        statistic: str,
        estimate: Estimate,
        facets: dict[str, Facet],
        label: str,
        definition: str,
        *,
        unit: Unit = "number",
    ) -> None:
        at = self._at(facets)
        self.ctx.ledger.add(
            "collapse",
            statistic,
            estimate,
            facets=facets,
            label=f"{label}{', ' if at else ''}{at} ({self.table.id})",
            unit_noun="stored values",
            unit=unit,
            role="descriptive",
            definition=definition,
        )

    # -- p-values

    def _p_values(self) -> tuple[dict[str, Floats], dict[str, str], list[str]]:
        """Stored p-values without zeros, which no p-value is: 1 / (B + 1) where B is known, else missing."""
        counts = next((self.table.columns[n].values for n in RESAMPLES if n in self.table.columns), None)
        fixed: dict[str, Floats] = {}
        reasons: dict[str, str] = {}
        notes: list[str] = []
        for name in self.p_columns:
            values = np.array(self.table.columns[name].values)
            zero = values == 0.0
            if not zero.any():
                continue
            known = np.zeros(zero.shape, dtype=bool)
            if counts is not None and not _ADJUSTED & set(name.split("_")):
                known = zero & (counts >= 1.0)
                values[known] = 1.0 / (counts[known] + 1.0)
            unknown = zero & ~known
            values[unknown] = np.nan
            fixed[name] = values
            text = f"{int(zero.sum())} of {zero.size} values of {name} are stored as 0, which no p-value is"
            if known.any():
                text += f"; {int(known.sum())} are given as 1 / (B + 1) with the stored B"
            if unknown.any():
                why = "no number of resamples that bounds them is stored"
                reasons[name] = f"stored as 0, which no p-value is, and {why}"
                text += f"; {int(unknown.sum())} have no value: {why}"
            notes.append(text)
            self._add(
                "stored_zero_p",
                Estimate(
                    "p-values stored as 0",
                    float(zero.sum()),
                    zero.size,
                    "count of stored values that are exactly 0",
                    notes=("b of B resamples give p = (b + 1) / (B + 1), never 0 (Phipson & Smyth 2010)",),
                    details={"bounded": int(known.sum()), "without_bound": int(unknown.sum())},
                ),
                self._facets(name),
                f"{name} stored as 0",
                "",
                unit="count",
            )
        return fixed, reasons, notes

    # -- over states

    def _groups(self) -> Iterator[tuple[dict[str, Facet], list[int]]]:
        """The rows of each combination of the other factors."""
        others = [name for name in self.levels if name != self.state]
        groups: dict[tuple[Level, ...], list[int]] = {}
        for row in range(self.table.n_rows):
            groups.setdefault(tuple(self.levels[name][row] for name in others), []).append(row)
        for key, rows in groups.items():
            yield dict(zip(others, key, strict=True)), rows

    def _over_states(self, column: str) -> None:
        if self.state is None:
            return
        values = self.table.columns[column].values
        groups = list(self._groups())
        spread = [np.ptp(values[rows][~np.isnan(values[rows])]) for _, rows in groups if self._known(column, rows)]
        if not any(s > 0.0 for s in spread):
            return  # the column says nothing of the states: the base model's value, repeated
        states = self.levels[self.state]
        for at, rows in groups:
            main = {states[r]: float(values[r]) for r in self._known(column, rows) if states[r] not in self.controls}
            if len(main) < 2:
                continue
            facets = {**at, **self._facets(column)}
            for row in self._known(column, rows):
                if states[row] in self.controls and self._is_change(column):
                    self._control(column, main, states[row], float(values[row]), facets)
            self._range(column, main, facets)

    def _known(self, column: str, rows: list[int]) -> list[int]:
        values = self.table.columns[column].values
        return [r for r in rows if not np.isnan(values[r])]

    def _range(self, column: str, main: dict[Level, float], facets: dict[str, Facet]) -> None:
        high, low = max(main, key=main.__getitem__), min(main, key=main.__getitem__)
        details: dict[str, Detail] = {
            "largest": str(high),
            "smallest": str(low),
            "largest_value": main[high],
            "smallest_value": main[low],
            "mean": float(np.mean(list(main.values()))),
        }
        if main[low] > 0.0:
            details["relative_to_largest"] = (main[high] - main[low]) / main[high]
        noun = self.ctx.noun(str(self.state))
        self._add(
            "range",
            Estimate(
                f"range of {column}",
                main[high] - main[low],
                len(main),
                f"largest minus smallest over {len(main)} {noun}, controls apart",
                notes=(_UNITS_UNKNOWN, f"a range grows with the number of {noun}, and holds each one's noise"),
                details=details,
            ),
            facets,
            f"range of {column} over {noun}",
            "",
        )

    def _control(
        self, column: str, main: dict[Level, float], control: Level, value: float, facets: dict[str, Facet]
    ) -> None:
        noun = self.ctx.noun(str(self.state))
        mean = float(np.mean(list(main.values())))
        facets = {**facets, "control": control}

        def ratio() -> Estimate:
            one_sign = all(v > 0.0 for v in main.values()) or all(v < 0.0 for v in main.values())
            if not one_sign:
                raise UndefinedEstimate(
                    f"ratio of {column}", f"the changes of the {noun} differ in sign, or one is 0", n=len(main)
                )
            each = [value / v for v in main.values()]
            return Estimate(
                f"{control}'s {column} over the mean of the {noun}",
                value / mean,
                len(main),
                f"control's change divided by the mean change of {len(main)} {noun}",
                notes=(_UNITS_UNKNOWN,),
                details={"lowest_over_one": min(each), "highest_over_one": max(each), "mean": mean, "control": value},
            )

        self.ctx.ledger.add(
            "collapse",
            "control_ratio",
            ratio,
            facets=facets,
            label=f"{column} of {control} over the mean of the {noun}, {self._at(facets)} ({self.table.id})",
            unit_noun="stored values",
            role="descriptive",
            definition="control-ratio/over-the-mean-of-the-states",
        )
        self._add(
            "control_difference",
            Estimate(
                f"mean {column} of the {noun} minus {control}'s",
                mean - value,
                len(main),
                f"mean change of {len(main)} {noun} minus the control's",
                notes=(_UNITS_UNKNOWN,),
                details={"mean": mean, "control": value},
            ),
            facets,
            f"mean {column} of the {noun} minus {control}'s",
            "control-difference/mean-of-the-states-minus-control",
        )

    def _at(self, facets: dict[str, Facet]) -> str:
        """The levels in words: "layer 7, method A, E0"."""
        named = {k: v for k, v in facets.items() if k not in ("table", "column", "control")}
        return ", ".join(str(v) if k in STATE_FACTORS or k == "persona" else f"{k} {v}" for k, v in named.items())

    # -- one by one

    def _named(self, column: str) -> None:
        values = self.table.columns[column].values
        seen: set[tuple[Facet, ...]] = set()
        for row in self._known(column, list(range(self.table.n_rows))):
            facets = self._facets(column, row)
            key = tuple(facets.values())
            if key in seen:
                self.question.notes.append(f"{self.table.id}: rows with the same levels are not told apart by an id")
                continue
            seen.add(key)
            self._add(
                "stored",
                Estimate(
                    self.table.columns[column].description or column,
                    float(values[row]),
                    1,
                    "as stored",
                    notes=(_UNITS_UNKNOWN,),
                    details={"unit": self.table.columns[column].unit},
                ),
                facets,
                column.replace("_", " "),
                "",
            )
