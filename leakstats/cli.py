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
        "import": ("leakstats.results.commands:import_", "Turn a tidy CSV into results.json."),
    },
)
@version_option
def cli() -> None:
    """Dependence-aware statistics for persona and marker leakage.

    \b
    Examples:
      leakstats validate results.json
      leakstats analyze results.json -o out
      leakstats import csv rates.csv --map rates.toml -o results.json

    The page is made and checked by the other command, clean-result.
    """


def main() -> None:
    """Entry point of the ``leakstats`` command."""
    run(cli, "leakstats")
