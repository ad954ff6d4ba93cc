"""Characters that are one where case does not matter: those that ``re`` takes for one."""

from __future__ import annotations

import re

import pytest

from leakstats.lint.letter_case import same_letter

TEXT = "".join(map(chr, range(0x2200)))


@pytest.mark.parametrize("flags", [re.IGNORECASE, re.IGNORECASE | re.ASCII])
def test_they_are_those_of_re(flags: int) -> None:
    for character in (*range(0x180), *range(0x370, 0x400), 0x1E9E, 0x2126, 0x212A, 0x212B):
        found = re.findall(re.escape(chr(character)), TEXT, flags)
        same = same_letter(character, bool(flags & re.ASCII))
        assert "".join(found) == "".join(sorted(map(chr, same & set(range(len(TEXT)))))), hex(character)
