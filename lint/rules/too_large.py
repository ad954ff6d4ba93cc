"""CR902: the page is too large to be parsed in time."""

from __future__ import annotations

from ..rule import ToolRule

__all__ = ["TooLarge"]


class TooLarge(ToolRule):
    """The page is larger than ``--max-bytes``, or holds more markup than anybody writes. Nothing was checked.

    ## Why is this bad?

    A parser needs seconds and gigabytes for what GitHub would not store. Check the page's size, not only its text.

    ## Fails

    ````markdown
    # A page that is larger than the limit, here of 64 bytes (LOW confidence)
    ````

    ## Passes

    ````markdown
    # A short page (LOW confidence)
    ````
    """

    code = "CR902"
    name = "too-large"
