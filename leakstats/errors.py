"""The exceptions that a user can meet.

    LeakstatsError            what the commands print without a traceback, exit status 2
    |-- ContractError         a file breaks its contract; carries every violation with its place
    |-- DesignError           the data's design does not support what was asked
    |-- InputError            an argument, or an array given to an estimator, is unusable
    |-- UndefinedEstimate     the estimate does not exist for these data (constant input, too few units)
    `-- MissingDependency     an optional dependency is not installed

Anything else that escapes is a defect of ours and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "ContractError",
    "DesignError",
    "InputError",
    "LeakstatsError",
    "MissingDependency",
    "UndefinedEstimate",
    "Violation",
]


class LeakstatsError(Exception):
    """Base of everything that a user can cause and mend."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule in a file: where, what is wrong with the value seen, and what to do."""

    pointer: str
    """JSON pointer of the place ("" is the whole file; a row is ``/tables/0/successes/17``)."""
    message: str
    """What is wrong, with the value seen."""
    help: str = ""
    """What to do about it; may be empty where the message already says so."""

    def __str__(self) -> str:
        where = self.pointer or "(whole file)"
        return f"{where}: {self.message}" + (f"\n    help: {self.help}" if self.help else "")


class ContractError(LeakstatsError):
    """A file breaks its contract. All violations are carried, not only the first."""

    def __init__(self, where: str, violations: Iterable[Violation]) -> None:
        self.where = where
        self.violations = tuple(violations)
        if not self.violations:
            raise ValueError("ContractError needs at least one violation")
        count = len(self.violations)
        head = f"{where}: {count} violation{'s' if count != 1 else ''}"
        super().__init__("\n".join([head, *(f"  {v}" for v in self.violations)]))


class DesignError(LeakstatsError):
    """The declared design does not support the analysis that was asked for."""


class InputError(LeakstatsError, ValueError):
    """An argument is unusable; the message names it, shows the value and says what is accepted."""


class UndefinedEstimate(LeakstatsError, ArithmeticError):
    """The estimate does not exist for these data.

    ``quantity`` names what was asked, ``reason`` says why it has no value, ``n`` is the number of independent
    units seen. :meth:`leakstats.estimate.Undefined.from_error` turns it into what is stored in a file.
    """

    def __init__(self, quantity: str, reason: str, *, n: int = 0) -> None:
        self.quantity = quantity
        self.reason = reason
        self.n = n
        super().__init__(f"{quantity}: {reason}")


class MissingDependency(LeakstatsError, ImportError):
    """An optional dependency is missing; the message gives the command that installs it."""

    def __init__(self, what: str, *, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{what} needs optional packages; install them with: pip install 'leakstats[{extra}]'")
