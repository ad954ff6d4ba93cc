"""Words of moving up or down, and of getting better or worse, for slices of tables."""

from __future__ import annotations

import re

from ..regex import regex

__all__ = ["DOWN", "FALLS", "IMPROVES", "RISES", "UP_CHANGE", "WORSENS"]


RISES = regex(
    r"\b(?:rises?|rose|risen|increas(?:es?|ed|ing)|gain(?:s|ed|ing)?|grow(?:s|n|ing)?|grew|climb(?:s|ed)?|go(?:es)? up|"
    r"went up|move[sd]? up)\b",
    re.IGNORECASE,
)


FALLS = regex(
    r"\b(?:falls?|fell|fallen|drop(?:s|ped)?|declin(?:es?|ed|ing)|decreas(?:es?|ed|ing)|lose[s]?|lost|losing|loss(?:es)?|"
    r"shrinks?|shrank|sinks?|sank|go(?:es)? down|went down|move[sd]? down)\b",
    re.IGNORECASE,
)


UP_CHANGE = regex(rf"{RISES.pattern}|\b(?:improv\w+|more|added?|adds|increments?|rises?)\b(?! than)", re.IGNORECASE)


DOWN = regex(rf"{FALLS.pattern}|\b(?:cuts?|worsen\w*|deteriorat\w*|reduc\w+|lower\w*)\b", re.IGNORECASE)


IMPROVES = regex(r"\b(?:improv(?:es?|ed|ing|ements?)|benefit(?:s|ed)?|gets? better|got better)\b", re.IGNORECASE)


WORSENS = regex(
    r"\b(?:worsen(?:s|ed|ing)?|deteriorat\w+|degrad\w+|suffer(?:s|ed)?|gets? worse|got worse)\b", re.IGNORECASE
)
