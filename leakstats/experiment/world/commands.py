"""``leakstats demo``: the tiny world from a base model to a checked page."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click

from leakstats.command_line import CONTEXT_SETTINGS

__all__ = ["demo"]

_PAGE_COMMAND = "from leakstats.reporting.cli import main; main()"
"""The page belongs to the other command, which this package does not import: it is run as a user would."""


@click.command(context_settings=CONTEXT_SETTINGS)
@click.option(
    "--preset",
    "name",
    type=click.Choice(["demo", "test"]),
    default="demo",
    show_default=True,
    help="demo: 4 sources, 32 personas. test: a smaller world for a look of seconds, with noisier numbers.",
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="out/tinyworld",
    show_default=True,
    help="Folder for everything that is written.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=42,
    show_default=True,
    help="Seed of training rows, training and sampling.",
)
@click.option(
    "--rebuild-base", is_flag=True, help="Train the base from scratch into OUTPUT/base, in place of the stored one."
)
@click.option(
    "--figure-base",
    metavar="URL",
    help="What stands before the figures' paths; the page is then judged as one to publish, else as a draft.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print only the path of the page.")  # fmt: skip
def demo(name: str, folder: Path, seed: int, rebuild_base: bool, figure_base: str | None, quiet: bool) -> None:
    """Run a whole marker-leakage experiment in a tiny world, on a CPU, with nothing downloaded.

    A language model of under a million weights speaks as personas that a grammar made alike or unlike. Marker adapters
    are trained, completions sampled, states read, results analysed, and a page rendered and checked. Similarity is
    planted by the grammar: the page shows that the pipeline works, and discovers nothing.

    Written to OUTPUT: experiment.toml, run/ with results.json, analysis/ with figures, narrative.md and issue.md. The
    same command goes on where an earlier one was interrupted.

    \b
    Examples:
      leakstats demo
      leakstats demo --preset test -o out/look
      leakstats demo --seed 7 -o out/seed7
      leakstats demo --rebuild-base -o out/fromscratch

    Exit status: 0 done and the page is clean, 1 a check failed, 2 could not run.
    """
    from leakstats.errors import MissingDependency

    for package in ("torch", "transformers", "peft"):
        if importlib.util.find_spec(package) is None:
            raise MissingDependency("leakstats demo", extra="models")
    from leakstats.experiment.run import run_experiment
    from leakstats.experiment.world.experiment import experiment_toml
    from leakstats.experiment.world.page import narrative
    from leakstats.experiment.world.presets import preset
    from leakstats.files import writable_folder, write_text

    _one_thread()
    chosen, began, cpu = preset(name), time.monotonic(), time.process_time()
    reporter = _reporter(quiet)
    writable_folder(folder)
    base = None
    if rebuild_base:
        _base(chosen, folder / "base", reporter)
        base = "base"
    spec = folder / "experiment.toml"
    write_text(spec, experiment_toml(chosen, training_seeds=(seed,), sampling_seed=seed, data_seed=seed, base=base))
    write_text(folder / "narrative.md", narrative(chosen))
    results = run_experiment(spec, folder / "run", argv=sys.argv, reporter=reporter)
    analysis = _analyse(results, folder / "analysis", chosen.resamples)
    reporter.note(f"analysis: {analysis}")
    page = folder / "issue.md"
    pinned = [] if figure_base is None else ["--figure-base", f"{figure_base.rstrip('/')}/analysis"]
    _page(["render", str(analysis), "--narrative", str(folder / "narrative.md"), "-o", str(page), "--html", *pinned],
          quiet=quiet)  # fmt: skip
    profile = "draft" if figure_base is None else "publish"
    failed = _page(["lint", str(page), "--profile", profile], quiet=quiet, allowed=(0, 1))
    if not quiet:
        _summary(analysis, chosen)
        took, used = time.monotonic() - began, time.process_time() - cpu
        click.echo(f"Similarity is planted. Everything took {took:.0f} s ({used:.0f} s of this process's CPU time).")
    click.echo(page)
    if failed:
        raise click.exceptions.Exit(1)


def _one_thread() -> None:
    """One thread, which so small a model is fastest with and which gives the same bytes on any number of cores."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch

    torch.set_num_threads(1)


def _reporter(quiet: bool) -> Any:
    import io

    from leakstats.experiment.progress import Reporter

    return Reporter(io.StringIO() if quiet else sys.stderr)


def _base(chosen: Any, out: Path, reporter: Any) -> None:
    """Train the base, unless an earlier call of the same version did and its files are whole."""
    from leakstats.experiment.world.base import CARD, build_base, check_base, is_of

    if (out / CARD).exists() and is_of(check_base(out), chosen):
        reporter.note(f"base: {out} is there already")
        return
    reporter.begin("base", total=chosen.shape.steps, noun="steps")
    build_base(chosen, out, progress=reporter)
    reporter.end()


def _analyse(results: Path, folder: Path, resamples: int) -> Path:
    from leakstats.analysis.questions import analyze
    from leakstats.analysis.settings import Settings
    from leakstats.results import load

    analysis = analyze(load(results), settings=Settings(n_resamples=resamples))
    folder.mkdir(parents=True, exist_ok=True)
    return Path(analysis.write(folder, results=results, figures=True))


def _page(arguments: list[str], *, quiet: bool, allowed: tuple[int, ...] = (0,)) -> int:
    """``clean-result`` with these arguments; its exit status."""
    done = subprocess.run([sys.executable, "-c", _PAGE_COMMAND, *arguments], capture_output=True, text=True)
    if not quiet or done.returncode not in allowed:
        click.echo(done.stdout + done.stderr, nl=False)
    if done.returncode not in allowed:
        raise click.exceptions.Exit(done.returncode)
    return done.returncode


def _summary(analysis: Path, chosen: Any) -> None:
    """Own rate, highest trained negative and rank correlation of each source."""
    from leakstats.analysis.document import AnalysisDocument
    from leakstats.estimate import Estimate

    document = AnalysisDocument.load(analysis)
    own, negative = document.table("rates.own_rate"), document.table("rates.negative_rate")
    click.echo(f"{'source':<10} {'own rate':>8} {'highest negative':>17} {'Spearman':>9} {'p':>7}")
    for source in chosen.sources:
        mine = own.columns["rate"][list(own.factors["source"]).index(source)]
        worst = max(
            (rate or 0.0)
            for s, rate in zip(negative.factors["source"], negative.columns["rate"], strict=True)
            if s == source
        )
        rho = document.get(f"similarity.spearman[layer={chosen.layer},source={source}]").result
        if isinstance(rho, Estimate) and rho.p_value is not None:
            found = f"{rho.value:>9.2f} {rho.p_value.value:>7.4f}"
        else:
            found = f"{'undefined':>9}"
        click.echo(f"{source:<10} {mine:>8.2f} {worst:>17.2f} {found}")
