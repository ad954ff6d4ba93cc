"""``leakstats analyze``."""

from __future__ import annotations

from pathlib import Path

import click

from leakstats.command_line import CONTEXT_SETTINGS

__all__ = ["analyze"]


def _overrides(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    out: dict[str, str] = {}
    for value in values:
        name, equals, choice = value.partition("=")
        if not equals:
            raise click.BadParameter(f"{value!r} is not of the form NAME=CHOICE")
        out[name] = choice
    return out


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("results", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for analysis.json and figures/.  [default: out, beside RESULTS]",
)
@click.option("--resamples", default=9999, show_default=True, help="Permutations and bootstrap resamples.")
@click.option("--seed", default=0, show_default=True, help="Seed that every resampling derives from.")
@click.option("--level", type=float, help="Level of the intervals, such as 0.95.  [default: the plan's]")
@click.option("--alpha", type=float, help="Level of the tests, such as 0.05.  [default: the plan's]")
@click.option("--figures/--no-figures", default=True, show_default=True, help="Draw the figures.")
@click.option(
    "--override",
    "overrides",
    multiple=True,
    callback=_overrides,
    metavar="NAME=CHOICE",
    help="Depart from what the design calls for; written into the output. May be repeated. Names: rates, pooled,"
    " correlation-p, correction.",
)
@click.option(
    "--reference",
    type=click.Path(path_type=Path),
    help="An earlier results file: report how far the cells that both hold have moved.",
)
@click.option(
    "--crosscheck",
    is_flag=True,
    help="Recompute with scipy, statsmodels and pingouin what they offer too; agreement, their known pitfalls and any"
    " unexplained difference go into analysis.json.",
)
@click.option("--all", "everything", is_flag=True, help="Print every exploratory estimate too.")
@click.option("-q", "--quiet", is_flag=True, help="Print only the path of analysis.json.")
def analyze(
    results: Path,
    output: Path | None,
    resamples: int,
    seed: int,
    level: float | None,
    alpha: float | None,
    figures: bool,
    overrides: dict[str, str],
    reference: Path | None,
    crosscheck: bool,
    everything: bool,
    quiet: bool,
) -> None:
    """Compute the statistics that the design in RESULTS supports.

    Writes analysis.json (every number with an id, its method, its N and its interval) and figures, and prints the
    estimates, what was not run and why, and the highest confidence label that the design allows.

    \b
    Examples:
      leakstats analyze results.json
      leakstats analyze results.json -o out --resamples 99999 --seed 7
      leakstats analyze results.json --override rates=wilson
    """
    from leakstats.analysis.questions import analyze as run_analysis
    from leakstats.analysis.settings import Settings
    from leakstats.analysis.terminal import print_analysis, progress
    from leakstats.files import writable_folder
    from leakstats.results import load

    settings = Settings(n_resamples=resamples, seed=seed, level=level, alpha=alpha, overrides=overrides)
    loaded = load(results)
    earlier = None if reference is None else load(reference)
    folder = writable_folder(results.parent / "out" if output is None else output)
    with progress(quiet=quiet) as tell:
        analysis = run_analysis(loaded, settings=settings, reference=earlier, crosscheck=crosscheck, progress=tell)
        tell("figures" if figures else "writing")
        path = analysis.write(folder, results=results, figures=figures)
    if not quiet:
        print_analysis(analysis.document, everything=everything)
    click.echo(path)
