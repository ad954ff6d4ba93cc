"""Rendered values found again after edits, and compared with the analysis."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakstats.files import read_bytes
from leakstats.lint.engine import Options, lint_paths
from leakstats.lint.report import PageReport, Report
from leakstats.lint.sidecar import NotFound, Sidecar, Span, Value, find_values

PAGE = """<!-- clean_result v1 analysis={sha} provenance=page.provenance.json@uncommitted -->
# The rate falls by 0.62 (LOW confidence)

![Rates](a.png)

Rates for N = 12 personas.

- **ρ = −0.74, p = 0.0081, N = 12.** Then r = −0.62, p = 0.031, N = 12.

| Persona | Cosine | Rate |
|---|---|---|
| librarian | 0.389 | 67 of 100 |
| comedian | −0.312 | 63 of 100 |

Pearson is −0.62 and Spearman is −0.74.
"""
PRINTED = [
    ("rho", "0.62", 1), ("n", "12", 1), ("rho", "ρ = −0.74", 1), ("p", "p = 0.0081", 1), ("n", "12", 2),
    ("pearson", "−0.62", 1), ("p", "p = 0.031", 1), ("n", "12", 3),
    ("table", "| Persona | Cosine | Rate |\n|---|---|---|\n| librarian | 0.389 | 67 of 100 |\n"
              "| comedian | −0.312 | 63 of 100 |", 1),
    ("pearson", "−0.62", 2), ("rho", "−0.74", 2),
]  # fmt: skip


def spans(page: str = PAGE) -> list[dict[str, Any]]:
    """The spans of PAGE as the renderer writes them."""
    out, cursor = [], 0
    for order, (function, text, _) in enumerate(PRINTED):
        at = page.index(text, cursor)
        cursor = at + len(text)
        out.append(
            {"order": order, "section": "results", "function": function, "args": [order], "kwargs": {},
             "expression": f"{function}({order})", "text": text, "before": page[max(at - 60, 0) : at],
             "after": page[cursor : cursor + 60], "line": page.count("\n", 0, at) + 1}
        )  # fmt: skip
    return out


class Printer:
    """Stands for the analysis: prints what each span said, or what it was told to."""

    def __init__(self, changed: dict[int, str] | None = None) -> None:
        self.changed = changed or {}

    def __call__(self, span: Span) -> tuple[str | None, str]:
        order = span.args[0]
        return self.changed.get(order, PRINTED[order][1]), ""


def values(page: str, changed: dict[int, str] | None = None) -> list[Value]:
    return list(find_values(page, tuple(Span.from_json(s) for s in spans()), Printer(changed)))


def test_an_untouched_page_is_confirmed_value_by_value() -> None:
    found = values(PAGE)
    assert [v.shown for v in found] == [text for _, text, _ in PRINTED]
    assert all(v.confirmed and not v.edited for v in found)
    assert [v.start for v in found] == sorted(v.start or 0 for v in found)


EDITS = [
    ("by 0.62 (LOW", "by 0.72 (LOW", 0, "0.72", "0.62"),  # title
    ("for N = 12 personas.", "for N = 13 personas.", 1, "13", "12"),  # caption
    ("ρ = −0.74, p", "ρ = −0.47, p", 2, "−0.47", "−0.74"),
    ("ρ = −0.74, p", "ρ = 0.74, p", 2, "0.74", "−0.74"),
    ("p = 0.0081", "p = 0.0018", 3, "0.0018", "0.0081"),
    ("0.0081, N = 12", "0.0081, N = 120", 4, "120", "12"),
    ("r = −0.62", "r = −0.26", 5, "−0.26", "−0.62"),
    ("p = 0.031, N = 12.", "p = 0.031, N = 11.", 7, "11", "12"),
    ("| 0.389 |", "| 0.398 |", 8, "0.398", "0.389"),  # table
    ("63 of 100 |", "36 of 100 |", 8, "36", "63"),
    ("Pearson is −0.62", "Pearson is −0.63", 9, "−0.63", "−0.62"),
    ("Spearman is −0.74.", "Spearman is −0.75.", 10, "−0.75", "−0.74"),
]


@pytest.mark.parametrize(("old", "new", "which", "shown", "wanted"), EDITS)
@pytest.mark.parametrize("prose", ["", "A new paragraph with −0.74 and 12 in it.\n\n"])
def test_one_changed_number_is_found_at_its_place(
    old: str, new: str, which: int, shown: str, wanted: str, prose: str
) -> None:
    assert PAGE.count(old) == 1
    page = PAGE.replace(old, new).replace("![Rates]", prose + "![Rates]")
    found = values(page)
    assert [i for i, v in enumerate(found) if v.edited] == [which]
    (difference,) = found[which].differences()
    assert (difference.shown, difference.wanted, difference.numeric) == (shown, wanted, True)
    assert page[difference.start : difference.end] == shown
    assert page[difference.start - 1 : difference.start] in " *|−"
    assert sum(v.confirmed for v in found) == len(found) - 1


def test_a_changed_number_at_the_very_end_is_found() -> None:
    table = "| a | b |\n|---|---|\n| c | 0.5 |\n| d | 0.6 |"
    page = "Text before.\n\n" + table + "\n"
    span = Span("artifacts", "table", (), {}, "table()", table, "Text before.\n\n", "\n")
    (value,) = find_values(page.replace("0.5", "0.7"), (span,), lambda _: (table, ""))
    assert [(d.shown, d.wanted) for d in value.differences()] == [("0.7", "0.5")]


def test_two_changed_neighbours_are_both_found() -> None:
    page = PAGE.replace("ρ = −0.74, p = 0.0081", "ρ = −0.47, p = 0.0018")
    assert [i for i, v in enumerate(values(page)) if v.edited] == [2, 3]


def test_an_outdated_number_is_no_edited_one() -> None:
    found = values(PAGE, {3: "p = 0.0092"})
    assert [i for i, v in enumerate(found) if not v.confirmed] == [3]
    assert not found[3].edited
    (difference,) = found[3].differences()
    assert (difference.shown, difference.wanted) == ("0.0081", "0.0092")


def test_a_number_corrected_by_hand_is_confirmed() -> None:
    found = values(PAGE.replace("0.0081", "0.0092"), {3: "p = 0.0092"})
    assert all(v.confirmed for v in found)


def test_typography_and_spacing_are_no_change() -> None:
    page = PAGE.replace("ρ = −0.74, p = 0.0081", "ρ=-0.74, p=0.0081")
    assert all(v.confirmed for v in values(page))


def test_a_removed_sentence_is_lost_and_the_rest_still_found() -> None:
    found = values(PAGE.replace("Rates for N = 12 personas.\n\n", ""))
    assert [i for i, v in enumerate(found) if v.start is None] == [1]
    assert sum(v.confirmed for v in found) == len(found) - 1


def test_a_paragraph_moved_to_the_top_is_found() -> None:
    last = "Pearson is −0.62 and Spearman is −0.74.\n"
    page = PAGE.replace(last, "").replace("![Rates]", last + "\n![Rates]")
    assert all(v.start is not None for v in values(page))


def test_words_alone_are_a_difference_without_numbers() -> None:
    page = PAGE.replace("| comedian |", "| villain |")
    (edited,) = [v for v in values(page) if v.edited]
    (difference,) = edited.differences()
    assert (difference.shown, difference.wanted, difference.numeric) == ("villain", "comedian", False)


def test_a_removed_row_is_one_difference() -> None:
    page = PAGE.replace("| comedian | −0.312 | 63 of 100 |\n", "")
    (edited,) = [v for v in values(page) if v.edited]
    assert [(d.shown, d.numeric) for d in edited.differences()] == [("", True)]


@given(st.text(alphabet="0123456789.−-| ab\n", max_size=300))
def test_no_page_stops_the_search(page: str) -> None:
    for value in values(page):
        if value.start is not None:
            assert 0 <= value.start <= value.end <= len(page)
            for difference in value.differences():
                assert value.start <= difference.start <= difference.end <= max(value.end, difference.start)


# -- files ------------------------------------------------------------------------------------------------------------

SHA = "sha256:" + "1" * 64


class StubAnalysis:
    """What the linter asks of an analysis."""

    sha256 = SHA

    @classmethod
    def load(cls, path: Path, *, check: bool = True) -> StubAnalysis:
        assert not check, "the linter does not pay for the JSON Schema"
        read_bytes(path)
        return cls()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A rendered page with its sidecar and an analysis."""
    page = PAGE.replace("{sha}", SHA)
    write(tmp_path, page)
    (tmp_path / "analysis.json").write_text("{}")
    monkeypatch.setattr("leakstats.analysis.document.AnalysisDocument", StubAnalysis)
    monkeypatch.setattr("leakstats.phrases.evaluate", lambda document, function, args, kwargs: PRINTED[args[0]][1])
    return tmp_path


def write(folder: Path, page: str, **changes: Any) -> None:
    sidecar = {"schema": "provenance.v1", "page": {}, "template": {}, "narrative": {}, "counts": {},
               "analysis": {"path": "analysis.json", "sha256": SHA}, "spans": spans(page), **changes}  # fmt: skip
    (folder / "page.md").write_text(page, "utf-8")
    (folder / "page.provenance.json").write_text(json.dumps(sidecar), "utf-8")


def judge(folder: Path, **options: Any) -> PageReport:
    import io

    codes = frozenset({"CR301", "CR302", "CR303", "CR304", "CR305"})
    return lint_paths([str(folder / "page.md")], Options(codes=codes, **options), stdin=io.BytesIO()).pages[0]


def test_a_rendered_page_is_confirmed(folder: Path) -> None:
    report = judge(folder)
    assert report.findings == ()
    assert report.not_run == ()
    assert report.coverage is not None
    assert (report.coverage.printed, report.coverage.confirmed) == (len(PRINTED), len(PRINTED))


def test_an_edited_digit_is_an_error_at_its_line_and_column(folder: Path) -> None:
    page = (folder / "page.md").read_text("utf-8")
    (folder / "page.md").write_text(page.replace("| 0.389 |", "| 0.398 |"), "utf-8")
    (finding,) = judge(folder).findings
    assert (finding.code, finding.severity, finding.line, finding.column) == ("CR301", "error", 12, 15)
    assert finding.message == "the page says '0.398' where the analysis says '0.389' (table(8))"


def test_a_changed_analysis_is_outdated_values(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "leakstats.phrases.evaluate", lambda d, f, args, k: "p = 0.5" if args == [3] else PRINTED[args[0]][1]
    )
    (finding,) = judge(folder).findings
    assert (finding.code, finding.line) == ("CR302", 8)
    assert finding.message == "the page says '0.0081'; the analysis now says '0.5' (p(3))"


def test_a_value_that_the_analysis_no_longer_has(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from leakstats.errors import LeakstatsError

    def evaluate(document: object, function: str, args: list[int], kwargs: object) -> str:
        if args == [1]:
            raise LeakstatsError("the analysis has no estimate x")
        return PRINTED[args[0]][1]

    monkeypatch.setattr("leakstats.phrases.evaluate", evaluate)
    (finding,) = judge(folder).findings
    assert (finding.code, finding.message) == (
        "CR302",
        "the analysis no longer gives n(1): the analysis has no estimate x",
    )


def test_another_hash_in_the_first_line(folder: Path) -> None:
    page = (folder / "page.md").read_text("utf-8").replace("1" * 64, "2" * 64)
    (folder / "page.md").write_text(page, "utf-8")
    (finding,) = judge(folder).findings
    assert (finding.code, finding.line) == ("CR304", 1)
    assert "222222222222" in finding.message


def test_another_hash_in_the_sidecar(folder: Path) -> None:
    page = (folder / "page.md").read_text("utf-8")
    write(folder, page, analysis={"path": "analysis.json", "sha256": "sha256:" + "3" * 64})
    assert [f.code for f in judge(folder).findings] == ["CR304"]


def test_without_an_analysis_edits_are_still_found_and_nothing_is_confirmed(folder: Path) -> None:
    (folder / "analysis.json").unlink()
    page = (folder / "page.md").read_text("utf-8")
    (folder / "page.md").write_text(page.replace("| 0.389 |", "| 0.398 |"), "utf-8")
    report = judge(folder)
    assert [f.code for f in report.findings] == ["CR301"]
    assert {n.code for n in report.not_run} == {"CR302", "CR304"}
    assert report.coverage is not None
    assert (report.coverage.confirmed, report.coverage.unchanged, report.coverage.contradicted) == (
        0,
        len(PRINTED) - 1,
        1,
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "expecting"),
        ("[]", "schema is None"),
        ('{"schema": "provenance.v2"}', "schema is 'provenance.v2'"),
        ('{"schema": "provenance.v1"}', "not a complete provenance.v1 file"),
        (
            '{"schema": "provenance.v1", "spans": [{"order": 1}], "analysis": {"path": "a", "sha256": "b"}}',
            "not a complete",
        ),
    ],
)
def test_a_broken_sidecar_is_not_run_and_no_pass(folder: Path, text: str, reason: str) -> None:
    (folder / "page.provenance.json").write_text(text)
    report = judge(folder)
    assert report.findings == ()
    assert len(report.not_run) == 5
    assert reason in report.not_run[0].reason.lower() or reason in report.not_run[0].reason


def test_the_first_line_leads_to_a_sidecar_under_the_root(folder: Path, tmp_path: Path) -> None:
    (folder / "sub").mkdir()
    page = (folder / "page.md").read_text("utf-8")
    (folder / "sub" / "other.md").write_text(page, "utf-8")
    import io

    path = str(folder / "sub" / "other.md")
    found = lint_paths([path], Options(root=folder), stdin=io.BytesIO()).pages[0]
    assert found.coverage is not None
    assert lint_paths([path], Options(), stdin=io.BytesIO()).pages[0].coverage is None
    piped = lint_paths(["-"], Options(root=folder), stdin=io.BytesIO(page.encode())).pages[0]
    assert piped.coverage is not None


def test_the_first_line_reaches_no_file_outside(folder: Path, tmp_path: Path) -> None:
    (folder / "sub").mkdir()
    page = (folder / "page.md").read_text("utf-8").replace("provenance=page", "provenance=../page")
    (folder / "sub" / "other.md").write_text(page, "utf-8")
    import io

    report = lint_paths([str(folder / "sub" / "other.md")], Options(), stdin=io.BytesIO()).pages[0]
    assert report.coverage is None


def test_a_given_analysis_takes_the_place_of_the_recorded_one(folder: Path) -> None:
    (folder / "analysis.json").rename(folder / "moved.json")
    report = judge(folder, analysis=folder / "moved.json")
    assert report.coverage is not None
    assert report.coverage.confirmed == len(PRINTED)


def test_a_given_analysis_that_is_not_there_is_said_and_makes_the_status_2(folder: Path) -> None:
    report = judge(folder, analysis=folder / "gone.json")
    assert [(u.name, u.given) for u in report.unread] == [(str(folder / "gone.json"), True)]
    assert Report((report,), "").status == 2


def test_a_missing_sidecar_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="cannot be read: No such file"):
        Sidecar.load(tmp_path / "x.provenance.json")
