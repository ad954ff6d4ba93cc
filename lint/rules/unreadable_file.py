"""CR901: the file cannot be read."""

from __future__ import annotations

from ..rule import ToolRule

__all__ = ["UnreadableFile"]


class UnreadableFile(ToolRule):
    """The file does not exist, may not be read, or is no UTF-8 text. Nothing was checked.

    ## Why is this bad?

    A page that was not read has not passed. The exit status is 2.

    ## Fails

    ````markdown
    no such file
    ````

    ## Passes

    ````markdown
    # Any text in UTF-8 (LOW confidence)
    ````
    """

    code = "CR901"
    name = "unreadable-file"
