"""Vector results (leave-one-out, influence, bootstrap) as one labelled, columnar object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from leakstats.errors import InputError
from leakstats.estimate import Detail

__all__ = ["Columns"]


@dataclass(frozen=True, slots=True)
class Columns:
    """One value a row for each named column, keyed by the rows' labels.

    ``columns`` maps a name to a float array of shape (n,). A NaN marks an undefined entry and needs a reason in
    ``undefined[column]`` (one sentence for the column); it is stored as ``null``. ``thresholds`` gives, by column,
    the value beyond which a row is flagged. Infinite entries are allowed only in the columns named in
    ``unbounded`` (jackknife+ ends) and are stored as ``null`` too.
    """

    quantity: str
    labels: Sequence[str]
    columns: Mapping[str, npt.NDArray[np.float64]]
    method: str
    thresholds: Mapping[str, float] = field(default_factory=dict)
    undefined: Mapping[str, str] = field(default_factory=dict)
    unbounded: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    details: Mapping[str, Detail] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.labels)
        for name, values in self.columns.items():
            if values.shape != (n,):
                raise InputError(f"{self.quantity}: column {name!r} has shape {values.shape}, expected ({n},)")
            if np.isfinite(values).all():
                continue
            if np.isnan(values).any() and name not in self.undefined:
                raise InputError(f"{self.quantity}: column {name!r} holds NaN without a reason in `undefined`")
            if np.isinf(values).any() and name not in self.unbounded:
                raise InputError(f"{self.quantity}: column {name!r} holds an infinity but is not in `unbounded`")
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, name: str) -> npt.NDArray[np.float64]:
        try:
            return self.columns[name]
        except KeyError:
            raise InputError(f"{self.quantity} has no column {name!r}; it has {sorted(self.columns)}") from None

    def __str__(self) -> str:
        """The first rows, as a table; undefined entries as a dash."""
        names = list(self.columns)
        shown = min(len(self), 20)
        cells = [["", *names]]
        for i in range(shown):
            values = [self.columns[name][i] for name in names]
            cells.append([str(self.labels[i]), *("-" if np.isnan(v) else f"{v:.4g}" for v in values)])
        widths = [max(len(row[k]) for row in cells) for k in range(len(names) + 1)]
        lines = [f"{self.quantity}: {len(self)} rows ({self.method})"]
        lines += ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
        if len(self) > shown:
            lines.append(f"... and {len(self) - shown} more rows")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return str(self.to_pandas().to_html())

    def row(self, label: str) -> dict[str, float | None]:
        """The values of one row by its label; ``None`` where undefined."""
        try:
            i = list(self.labels).index(label)
        except ValueError:
            raise InputError(f"{self.quantity} has no row {label!r}; it has {list(self.labels)[:20]}") from None
        return {k: None if np.isnan(v[i]) else float(v[i]) for k, v in self.columns.items()}

    def flagged(self, name: str) -> list[str]:
        """Labels whose absolute value in ``name`` exceeds that column's threshold."""
        limit = self.thresholds[name]
        values = self[name]
        return [label for label, v in zip(self.labels, values, strict=True) if abs(v) > limit]

    def to_pandas(self) -> Any:
        """The columns as a ``pandas.DataFrame`` indexed by label, NaN where undefined."""
        import pandas as pd  # late: half a second

        return pd.DataFrame(dict(self.columns), index=pd.Index(list(self.labels), name="label"))

    def to_json(self) -> dict[str, Any]:
        def cells(values: npt.NDArray[np.float64]) -> list[float | None]:
            plain: list[float | None] = values.tolist()
            if not np.isfinite(values).all():
                plain = [v if v is not None and np.isfinite(v) else None for v in plain]
            return plain

        return {
            "quantity": self.quantity,
            "labels": [str(label) for label in self.labels],
            "columns": {name: cells(values) for name, values in self.columns.items()},
            "method": self.method,
            "thresholds": dict(self.thresholds),
            "undefined": dict(self.undefined),
            "unbounded": list(self.unbounded),
            "assumptions": list(self.assumptions),
            "notes": list(self.notes),
            "details": dict(self.details),
        }
