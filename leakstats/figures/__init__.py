"""Figures, each drawn from one plain data object that is stored beside it.

A kind of figure is a module with one function ``draw_on(figure, data)``. ``draw`` calls it in the shared style and
writes ``ID.png`` (twice page width), ``ID.pdf`` and ``ID.data.json``; the same data give the same bytes. Nothing is
computed from results here: the data object holds every number, fractions in [0, 1].

Every kind takes ``title`` (required), ``subtitle`` (N and what the bars are; optional) and the members below.
An ``axis`` is ``{"label": text, "unit": "percent" | ""}``, optionally with ``"limits": [low, high]``; "percent" takes
fractions and prints percent. ``low`` / ``high`` are interval ends and may be left out (no bars); an entry may be null.
A ``mark`` is ``{"symbol": "ρ", "value", "low", "high", "n", "noun"}``: an estimate printed with its interval and N.

``scatter_grid``
    ``x``, ``y`` axes; ``panels``: [{``name``, ``mark`` (optional), ``points``: {``label``, ``x``, ``y``, ``low``,
    ``high``, ``group`` (optional: a short name a point; groups share a colour and stand in the legend, the largest
    in grey)}}]; optional ``labels_per_panel`` (default 6), ``always_label`` (names labelled in every panel, in
    their own colour, which the legend calls ``always_name``).
``regression``
    ``x``, ``y`` axes; ``points``: {``label``, ``x``, ``y``, ``low``, ``high``, ``role``: "fit" | "new", ``group``
    (optional)}; ``band``: {``x``, ``fit``, ``low``, ``high``, ``level``, ``name`` (default "prediction interval")};
    optional ``mark`` and ``reference`` (the label of the point that the similarity is measured against). New points
    are stars, the reference point wears a ring.
``scatter``
    As ``regression``, without ``band`` and roles: one scatter whose points are all named.
``trajectory``
    ``x`` axis (checkpoints); ``upper`` and, optionally, ``lower``: {``axis``, ``series``: [{``name``, ``x``, ``value``,
    ``low``, ``high``}]}: rates above, similarity below, a name the same colour in both.
``heatmap``
    ``rows``, ``columns`` (names), ``values`` (a list of rows; null where unknown), ``unit``: "percent" | "",
    ``diverging`` (true: colours differ by sign), ``x_label``, ``y_label``.
``category_bars``
    ``y`` axis; ``bars``: [{``name``, ``value``, ``low``, ``high``, ``n``, ``points``: values of the units behind it}].
``collapse_panels``
    ``x`` axis (layers); ``panels``: [{``name``, ``note`` (optional: N), ``y`` axis, ``series``: [{``name``, ``role``:
    "state" | "control", ``x``, ``value``, ``low``, ``high``}]}]: changes by layer, a name the same colour in all.
``layer_profile``
    ``x``, ``y`` axes; ``series``: [{``name``, ``role``: "source" | "combined", ``x``, ``value``, ``low``, ``high``}];
    optional ``marked`` (the x of the primary layer) and ``zero`` (true draws the line of no association).
``forest``
    ``x`` axis; ``rows``: [{``name``, ``value``, ``low``, ``high``, ``n``}]; ``combined`` (optional): the same plus
    ``prediction_low`` / ``prediction_high`` and ``noun``; ``noun`` (what the rows' n counts); ``zero`` as above.
"""

from __future__ import annotations

from .draw import KINDS, draw

__all__ = ["KINDS", "draw"]
