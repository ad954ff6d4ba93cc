"""``leakstats plan``: what a design can show, from its results or from its specification."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leakstats.command_line import CONTEXT_SETTINGS, EXIT_FINDINGS

if TYPE_CHECKING:
    from leakstats.experiment.cost import ExperimentPlan
    from leakstats.experiment.preflight import Preflight

__all__ = ["plan"]


def _whole_numbers(_: click.Context, parameter: click.Parameter, value: str | None) -> list[int] | None:
    if value is None:
        return None
    try:
        numbers = [int(part) for part in value.split(",")]
    except ValueError:
        raise click.BadParameter(f"{value!r} is no list of whole numbers such as 20,40", param=parameter) from None
    if min(numbers) < 1:
        raise click.BadParameter(f"{value!r}: every number must be at least 1", param=parameter)
    return numbers


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("design", type=click.Path(path_type=Path))
@click.option("--rate", type=float, help="Expected rate, such as 0.1.  [default: the mean of the results, or 0.1]")
@click.option("--icc", type=float, help="Correlation of completions of one question.  [default: measured, or 0.05]")
@click.option("--questions", callback=_whole_numbers, metavar="N,N", help="Numbers of questions to compare.")
@click.option("--completions", callback=_whole_numbers, metavar="N,N", help="Completions a question to compare.")
@click.option("--seeds", callback=_whole_numbers, metavar="N,N", help="Numbers of training seeds to compare.")
@click.option("--level", type=float, help="Level of the intervals.  [default: the plan's]")
@click.option("--parameters", type=float, help="Parameters of the model, such as 7.6e9, where it is not on disk.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def plan(
    design: Path,
    rate: float | None,
    icc: float | None,
    questions: list[int] | None,
    completions: list[int] | None,
    seeds: list[int] | None,
    level: float | None,
    parameters: float | None,
    form: str,
) -> None:
    """Say what DESIGN can show, and what more of it would buy.

    DESIGN is a results.json, or an experiment.toml that has not run yet: then cells, completions, tokens and GPU-hours
    are printed, too, and what a run would stumble over later is checked now: the plan's names, and, where the model is
    on this machine, chat template, marker tokens, persona limits and layers. Nothing is downloaded.

    Prints the interval to expect for one rate, the smallest correlation that the units can find, and a table of
    questions x completions x training seeds with the precision that each buys.

    \b
    Examples:
      leakstats plan results.json
      leakstats plan results.json --rate 0.05 --questions 20,40,80 --seeds 1,3,5
      leakstats plan experiment.toml --parameters 7.6e9

    Exit status: 0 done, 1 a check failed, 2 the design cannot be read.
    """
    from leakstats.analysis.precision import design_precision
    from leakstats.analysis.terminal import print_precision
    from leakstats.files import dump_json

    if design.suffix == ".toml":
        from leakstats.experiment.cost import plan_experiment
        from leakstats.experiment.plan_check import check_plan
        from leakstats.experiment.preflight import preflight
        from leakstats.experiment.reader import load_spec

        spec = load_spec(design)
        check_plan(spec)
        look = preflight(spec)
        planned = plan_experiment(
            spec,
            parameters=parameters,
            count_tokens=look.count_tokens,
            rate=0.1 if rate is None else rate,
            icc=icc,
            questions=questions,
            completions=completions,
            training_seeds=seeds,
            level=level,
        )
        if form == "json":
            click.echo(dump_json({**planned.to_json(), "checks": [f.to_json() for f in look.findings]}), nl=False)
        else:
            _print_cost(planned)
            print_precision(planned.precision)
            _print_checks(look)
        if look.failed:
            raise click.exceptions.Exit(EXIT_FINDINGS)
        return
    if parameters is not None:
        raise click.UsageError("--parameters belongs to an experiment.toml; these are results, which cost nothing more")
    from leakstats.results import load

    report = design_precision(
        load(design),
        rate=rate,
        icc=icc,
        questions=questions,
        completions=completions,
        training_seeds=seeds,
        level=level,
    )
    if form == "json":
        click.echo(dump_json(report.to_json()), nl=False)
    else:
        print_precision(report)


def _print_cost(planned: ExperimentPlan) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    console.print(
        f"{planned.adapters} adapters to train; {planned.states} states (with the base) answer {planned.cells:,} cells"
        f" with {planned.completions:,} completions",
        markup=False,
        soft_wrap=True,
    )
    table = Table(box=None, pad_edge=False)
    for name in ("stage", "what", "tokens, at most", "H100-hours, at most"):
        table.add_column(name, justify="left" if name in ("stage", "what") else "right")
    for cost in planned.costs:
        table.add_row(cost.stage, f"{cost.items:,} {cost.noun}", f"{cost.tokens:,}", _hours(cost.gpu_hours))
    table.add_row("all", "", "", _hours(planned.gpu_hours))
    console.print(table)
    for note in planned.notes:
        console.print(f"  note: {note}", markup=False, soft_wrap=True)
    console.print()


def _print_checks(look: Preflight) -> None:
    click.echo("\nChecked before anything runs:")
    for finding in look.findings:
        first, *more = finding.detail.splitlines()
        click.echo(f"  {finding.status:<11}  {finding.name}: {first}")
        for line in more:
            click.echo(f"{'':15}{line}")


def _hours(hours: float | None) -> str:
    if hours is None:
        return "unknown"
    return f"{hours:.2f}" if hours >= 0.01 else "< 0.01"
