"""Ask every question of the results that their design supports, and write the answers down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

from leakstats import __version__
from leakstats.analysis import (
    agreement,
    collapse,
    conditions,
    consistency,
    covariates,
    description,
    fragility,
    layer_choice,
    prediction,
    rates,
    registration,
    similarity,
    stability,
    trajectory,
)
from leakstats.analysis.confidence import ceiling
from leakstats.analysis.context import Context
from leakstats.analysis.controls import run as run_controls
from leakstats.analysis.document import SCHEMA, AnalysisDocument, Figure
from leakstats.analysis.figure_data import figure_specs
from leakstats.analysis.ledger import FigureSpec, Ledger
from leakstats.analysis.settings import Settings
from leakstats.contracts import check_document
from leakstats.files import read_bytes, sha256_of, write_json
from leakstats.results import Plan, Results, to_document

__all__ = ["QUESTIONS", "Analysis", "analyze"]

QUESTIONS: tuple[tuple[str, Callable[[Context], None]], ...] = (
    ("plan", registration.run),
    ("description", description.run),
    ("rates", rates.run),
    ("controls", run_controls),
    ("similarity", similarity.run),
    ("selection", layer_choice.run),
    ("agreement", agreement.run),
    ("partial", covariates.run),
    ("prediction", prediction.run),
    ("fragility", fragility.run),
    ("trajectory", trajectory.run),
    ("contrast", conditions.run),
    ("collapse", collapse.run),
    ("stability", stability.run),
    ("consistency", consistency.run),
)
"""Every question, in the order in which it is asked; each says itself whether the design supports it."""

_LIBRARIES = ("numpy", "scipy", "statsmodels", "pingouin", "pandas")


class Analysis:
    """What :func:`analyze` returns: the document, and what is needed to draw its figures."""

    def __init__(self, document: dict[str, Any], specs: list[FigureSpec]) -> None:
        self._document = document
        self.figure_specs = specs

    def __repr__(self) -> str:
        ceiling = self._document["confidence"]["ceiling"]
        return f"<Analysis of {self._document['study']['id']}: {len(self._document['estimates'])} estimates, {ceiling}>"

    @property
    def document(self) -> AnalysisDocument:
        """The analysis as an object with estimates by id."""
        return AnalysisDocument(self._document)

    def write(self, folder: Path | str, *, results: Path | str | None = None, figures: bool = True) -> Path:
        """Write ``analysis.json`` and, beside it, ``figures/``; the path of analysis.json is returned.

        ``results`` is the file that was analysed; its path and hash are recorded.
        """
        folder = Path(folder)
        document = dict(self._document)
        if results is not None:
            import os

            path = Path(os.path.relpath(Path(results).resolve(), folder.resolve())).as_posix()
            document["inputs"] = {"results": {"path": path, "sha256": sha256_of(read_bytes(results))}}
        document["figures"] = [self._draw(spec, folder, figures).to_json() for spec in self.figure_specs]
        target = folder / "analysis.json"
        check_document(document, SCHEMA, where=str(target))
        write_json(target, document)
        return target

    def _draw(self, spec: FigureSpec, folder: Path, draw: bool) -> Figure:
        files: Mapping[str, Mapping[str, str]] = {}
        if draw:
            from leakstats.figures import draw as draw_figure  # late: matplotlib

            paths = draw_figure(spec.kind, spec.data, folder / "figures", spec.id)
            files = {
                name: {"path": path.relative_to(folder).as_posix(), "sha256": sha256_of(path.read_bytes())}
                for name, path in paths.items()
            }
        return Figure(spec.id, spec.kind, spec.title, spec.caption, spec.alt, files)


def analyze(
    results: Results,
    plan: Plan | None = None,
    *,
    settings: Settings | None = None,
    reference: Results | None = None,
    crosscheck: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Analysis:
    """Everything that ``results`` supports: estimates, tables, figures, families and the confidence ceiling.

    Parameters
    ----------
    results : Results
        From :func:`leakstats.results.load`.
    plan : Plan, optional
        Takes the place of ``results.plan``; the analysis then carries this plan, and a note that says so.
    settings : Settings, optional
        Resamples, seed, level and overrides; level and alpha default to the plan's.
    reference : Results, optional
        An earlier file: the drift of the cells that both hold is reported.
    crosscheck : bool
        Recompute with scipy, statsmodels and pingouin what they offer too, and say where they differ.
    progress : callable, optional
        Told the name of each question before it is asked.

    Returns
    -------
    Analysis
        ``.document`` to read, ``.write(folder)`` to store.

    Examples
    --------
    >>> from leakstats.results import load
    >>> analysis = analyze(load("examples/assistant_variants/results.json"))  # doctest: +SKIP
    >>> print(analysis.document.get("similarity.spearman[layer=20]").result)  # doctest: +SKIP
    """
    settings = settings or Settings()
    replaced = plan is not None and plan != results.plan
    if plan is not None:
        results = replace(results, plan=plan)
    level = results.plan.level if settings.level is None else settings.level
    alpha = results.plan.alpha if settings.alpha is None else settings.alpha
    ledger = Ledger(keep_arrays=crosscheck)
    ctx = Context(results, settings, ledger, level, alpha, reference)
    if replaced:
        ledger.question("plan").notes.append("the plan was given by the caller and is not that of the results file")
    for name, run in QUESTIONS:
        if progress is not None:
            progress(name)
        run(ctx)
    ledger.close_families()
    return Analysis(_document(ctx, _second_opinion(ctx, progress) if crosscheck else None), figure_specs(ctx))


def _second_opinion(ctx: Context, progress: Callable[[str], None] | None) -> list[dict[str, Any]]:
    from leakstats.analysis.crosscheck import crosscheck

    if progress is not None:
        progress("crosscheck")
    return [comparison.to_json() for comparison in crosscheck(ctx)]


def _document(ctx: Context, comparisons: list[dict[str, Any]] | None) -> dict[str, Any]:
    source = to_document(ctx.results)
    ledger = ctx.ledger
    copied = (
        "study",
        "design",
        "plan",
        "detector",
        "setup",
        "runs",
        "samples",
        "samples_note",
        "personas",
        "provenance",
    )
    return {
        "schema": SCHEMA,
        # a results file may leave the card and the runs out; an analysis always has them
        **{name: source.get(name, {} if name in ("setup", "runs") else None) for name in copied},
        "settings": ctx.settings.to_json(level=ctx.level, alpha=ctx.alpha),
        "inputs": {"results": {}},
        "versions": {"leakstats": __version__, **{name: metadata.version(name) for name in _LIBRARIES}},
        "estimates": [e.to_json() for e in ledger.entries.values()],
        "tables": [t.to_json() for t in ledger.tables.values()],
        "analyses": [q.to_json() for q in ledger.questions.values()],
        "families": [f.to_json() for f in ledger.families.values() if f.keys],
        "confidence": ceiling(ctx),
        "figures": [],
        "crosscheck": comparisons,
    }
