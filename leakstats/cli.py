"""The ``leakstats`` command."""

from __future__ import annotations

import click

from leakstats.command_line import CONTEXT_SETTINGS, LazyGroup, run, version_option

__all__ = ["cli", "main"]


@click.group(
    cls=LazyGroup,
    context_settings=CONTEXT_SETTINGS,
    lazy={
        "analyze": ("leakstats.analysis.commands:analyze", "Results to statistics: analysis.json and figures."),
        "plan": ("leakstats.plan_command:plan", "What a design can show, and what more data would buy."),
        "validate": (
            "leakstats.results.commands:validate",
            "List every way in which a results file breaks its contract.",
        ),
        "run": ("leakstats.experiment.commands:run", "An experiment.toml to results.json; goes on where it stopped."),
        "train": ("leakstats.experiment.commands:train", "Only the training of an experiment."),
        "generate": ("leakstats.experiment.commands:generate", "Only the completions of an experiment."),
        "detect": ("leakstats.experiment.commands:detect", "Judge stored completions with other detectors."),
        "extract": ("leakstats.experiment.commands:extract", "Only the hidden states of an experiment."),
        "status": ("leakstats.experiment.commands:status", "How far a run is."),
        "demo": ("leakstats.experiment.world.commands:demo", "A whole experiment in a tiny world, training to page."),
        "import": (
            "leakstats.results.commands:import_",
            "Turn a tidy CSV, or completions of another tool, into results.json.",
        ),
        "export": ("leakstats.export_commands:export", "Write counts or completions as CSV or Parquet."),
    },
)
@version_option
def cli() -> None:
    """Dependence-aware statistics for persona and marker leakage.

    \b
    Examples:
      leakstats run experiment.toml
      leakstats validate results.json
      leakstats analyze results.json -o out
      leakstats import csv rates.csv --map rates.toml -o results.json

    The page is made and checked by the other command, clean-result.
    """


def main() -> None:
    """Entry point of the ``leakstats`` command."""
    run(cli, "leakstats")
