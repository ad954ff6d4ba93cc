"""Draws one figure of a known kind into its three files."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leakstats.errors import InputError
from leakstats.files import dump_json, write_bytes, write_text

__all__ = ["KINDS", "draw"]

KINDS = (
    "category_bars",
    "collapse_panels",
    "forest",
    "heatmap",
    "layer_profile",
    "regression",
    "scatter",
    "scatter_grid",
    "trajectory",
)
"""The kinds of figure; each is a module of this package."""


def draw(kind: str, data: Mapping[str, Any], out_dir: Path, figure_id: str) -> dict[str, Path]:
    """Draw ``data`` as a figure of the given kind and write it with the data behind it.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`.
    data : mapping
        The members that :mod:`leakstats.figures` lists for the kind; JSON values only, fractions in [0, 1].
    out_dir : Path
        Where the files go; made if absent.
    figure_id : str
        The files' stem.

    Returns
    -------
    dict
        ``png``, ``pdf`` and ``data``: the paths written. The same data give the same bytes.

    Raises
    ------
    InputError
        If the kind is unknown, or a member is missing, of unequal length or not finite.
    """
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, KINDS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InputError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}{hint}")
    from . import style

    module = importlib.import_module(f"leakstats.figures.{kind}")
    with style.in_style():
        figure = style.new_figure()
        module.draw_on(figure, data)
        png, pdf = style.rendered(figure, "png"), style.rendered(figure, "pdf")
    paths = {
        "png": out_dir / f"{figure_id}.png",
        "pdf": out_dir / f"{figure_id}.pdf",
        "data": out_dir / f"{figure_id}.data.json",
    }
    write_bytes(paths["png"], png)
    write_bytes(paths["pdf"], pdf)
    write_text(paths["data"], dump_json({"kind": kind, **data}))
    return paths
