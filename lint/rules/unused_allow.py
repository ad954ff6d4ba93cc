"""CR912: an allow comment allows nothing that was found."""

from __future__ import annotations

from ..rule import ToolRule

__all__ = ["UnusedAllow"]


class UnusedAllow(ToolRule):
    """A comment allows a finding that is not there.

    ## Why is this bad?

    It will silence the next fault of its kind, which nobody has looked at.

    ## Fails

    ````markdown
    # A claim of one sentence (LOW confidence)
    <!-- clean-result: allow CR121 because TBD is the persona's name -->
    We trained all personas.
    ````

    ## Passes

    ````markdown
    # A claim of one sentence (LOW confidence)
    <!-- clean-result: allow CR121 because TBD is the persona's name -->
    We trained TBD personas.
    ````
    """

    code = "CR912"
    name = "unused-allow"
    subject = "comment that allows anything"
    severity = "warning"
