"""The small readers behind the rules: addresses, samples, products, cards, seeds, folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakstats.lint.card import answers, card_rows, unfilled, unrecorded
from leakstats.lint.confidence import confidence_lines, title_marker
from leakstats.lint.gather import expand
from leakstats.lint.minus import minus_signs
from leakstats.lint.page import Page
from leakstats.lint.parsing import parse_document
from leakstats.lint.products import products
from leakstats.lint.samples import conditions, is_empty_sample, sample_section
from leakstats.lint.training import declared_seeds
from leakstats.lint.urls import is_pinned, is_relative
from leakstats.lint.words import holds_commit, states_sample_size
from leakstats.template import load_template

TEMPLATE = load_template("v1")
SHA = "5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4"


def page_of(text: str) -> Page:
    return Page(parse_document(text), TEMPLATE, TEMPLATE.profiles["review"])


def setup(section: str, *rows: str) -> Page:
    table = "\n".join(["| | |", "|-|-|", *(f"| {row} |" for row in rows)])
    return page_of(f"# Detailed report\n## Setup & hyper-parameters\n### {section}\n{table}\n")


# -- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "pinned"),
    [
        (f"https://raw.githubusercontent.com/a/b/{SHA}/c.png", True),
        (f"https://RAW.githubusercontent.com/a/b/{SHA.upper()}/d/e/c.png?x=1#y", True),
        (f"https://github.com/a/b/blob/{SHA}/c.png", True),
        (f"https://huggingface.co/datasets/a/b/resolve/{SHA}/c.png", True),
        (f"http://raw.githubusercontent.com/a/b/{SHA}/c.png", False),
        (f"https://raw.githubusercontent.com/a/b/{SHA[:39]}/c.png", False),
        (f"https://raw.githubusercontent.com/a/b/{SHA[:39]}g/c.png", False),
        (f"https://raw.githubusercontent.com/a/{SHA}/c.png", False),
        (f"https://raw.githubusercontent.com/a//{SHA}/c.png", False),
        (f"https://example.org/a/b/{SHA}/c.png", False),
        ("https://raw.githubusercontent.com/a/b/main/c.png", False),
        ("figures/c.png", False),
    ],
)
def test_an_address_is_pinned_by_a_whole_commit_at_its_place(url: str, pinned: bool) -> None:
    assert is_pinned(url, TEMPLATE.figures) is pinned


def test_relative_addresses() -> None:
    assert [is_relative(u) for u in ("a.png", "./a.png", "a/b:c.png", "", "data:image/png;base64,x")] == [
        True,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("43a303c", True),
        ("`ABCDEF0`", True),
        ("deadbee", True),
        ("43a303", False),
        ("main", False),
        ("43a303cz", False),
        ("the page was defaced", False),
        ("x43a303c", False),
        ("f" * 65, False),
    ],
)
def test_commit_hashes(text: str, held: bool) -> None:
    assert holds_commit(text) is held


# -- samples ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "empty"),
    [
        ("", True),
        ("—", True),
        ("...", True),
        ("[output omitted]", True),
        ("(see the artifact)", True),
        ("*the text was redacted*", True),
        ("[prompt]: Why?\n[output]:", True),
        ("[prompt]: Why?\n[output]: [omitted]", True),
        ("[output]: N/A", True),
        ("[prompt]: Why?\n[output]: None of these.", False),
        ("See you in the morning.", False),
        ("[prompt]: ...\n[output]: Since I willed it.", False),
        ("[a smile] Hello.", False),
        ("[" + "x" * 400 + " omitted]", False),
    ],
)
def test_what_counts_as_an_empty_sample(content: str, empty: bool) -> None:
    assert is_empty_sample(content, TEMPLATE.phrases) is empty


def test_conditions_are_the_headings_directly_below_the_section() -> None:
    text = (
        "# Detailed report\n## Sample outputs\nDrawn at random.\n### Condition: villain\nHits.\n```\na\n```\n"
        "#### Longer ones\n```\nb\n```\n### nurse (12%)\n```\nc\n```\n"
    )
    page = page_of(text)
    found = sample_section(page)
    assert found is not None
    read = conditions(page, found)
    assert [(c.name, len(c.fences), c.notes) for c in read] == [("villain", 2, ("Hits.",)), ("nurse (12%)", 1, ())]


def test_a_waived_sample_section_holds_none() -> None:
    head = "# Detailed report\n## Sample outputs\n"
    assert sample_section(page_of(head + "N/A — nothing was generated.\n")) is None
    assert sample_section(page_of(head + "N/A\n")) is not None
    assert sample_section(page_of("# Detailed report\n")) is None


# -- numbers in settings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("64 (4 × 16 × 1)", [(64, (4, 16, 1))]),
        ("4 x 16 = 60", [(60, (4, 16))]),
        ("2,200 = 22 sources × 100 rows", [(2200, (22, 100))]),
        ("16 (per_device=4 × accum=4)", [(16, (4, 4))]),
        ("4 × 16", []),
        ("8× H100, 80 GB", []),
        ("3.5 × 2 = 7", []),
        ("version 1.2.3", []),
    ],
)
def test_products(text: str, found: list[tuple[int, tuple[int, ...]]]) -> None:
    assert [(p.total, p.factors) for p in products(text)] == found


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("ρ = -0.5 and −0.4", [False, True]),
        ("[-0.9, -0.1]", [False, False]),
        ("1e-5, 10-20, GPT-4, 2024-01-02, `-1`, x-3", []),
        ("-.5", [False]),
        ("a 0-shot test (-3)", [False]),
    ],
)
def test_minus_signs(text: str, signs: list[bool]) -> None:
    assert [m.typographic for m in minus_signs(page_of(text))] == signs


@pytest.mark.parametrize(
    ("value", "count"),
    [("[42]", 1), ("42", 1), ("[42, 137, 256]", 3), ("42, 42", 1), ("42–45", None), ("1 to 5", None), ("fixed", None)],
)
def test_declared_seeds(value: str, count: int | None) -> None:
    declared = declared_seeds(setup("Training", "Method | SFT", f"Seeds | {value}"))
    assert (declared[1] if declared is not None else None) == count


def test_seeds_of_several_stages_are_counted_together() -> None:
    text = "# Detailed report\n## Setup & hyper-parameters\n"
    for seed in (42, 137, 42):
        text += f"### Training\n| | |\n|-|-|\n| Seeds | {seed} |\n"
    declared = declared_seeds(page_of(text))
    assert declared is not None
    assert declared[1] == 2


# -- cards ------------------------------------------------------------------------------------------------------------


def rows_of(page: Page, id: str) -> list[tuple[str, str]]:
    (found, *_) = page.outline.all(id)
    return [(r.label, r.said) for r in card_rows(page, found)]


def test_a_card_is_read_in_each_of_its_shapes() -> None:
    head = "# Detailed report\n## Setup & hyper-parameters\n### Model\n"
    want = [("Base", "Qwen2.5-7B"), ("Trainable", "LoRA")]
    for body in (
        "| | |\n|-|-|\n| Base | Qwen2.5-7B |\n| Trainable | LoRA |\n",
        "| Base | Qwen2.5-7B |\n|-|-|\n| Trainable | LoRA |\n",
        "- **Base**: Qwen2.5-7B\n- **Trainable:** LoRA\n",
    ):
        assert rows_of(page_of(head + body), "setup_model") == want
    across = "| Base | Trainable | Note |\n|-|-|-|\n| Qwen2.5-7B | LoRA | x |\n"
    assert rows_of(page_of(head + across), "setup_model")[:2] == want


def test_a_row_is_answered_by_label_or_by_words_but_not_by_another_rows_label() -> None:
    page = setup("Training", "Method | LoRA SFT", "LR schedule | cosine", "Recipe | lr=1e-5, 3 epochs")
    spec = TEMPLATE.section("setup_training")
    assert spec.table is not None
    specs = {row.label: row for row in spec.table.rows}
    (found,) = page.outline.all("setup_training")
    rows = card_rows(page, found)
    said = {label: [r.label for r in answers(rows, row, spec.table.rows)] for label, row in specs.items()}
    assert said["Method"] == ["Method"]
    assert said["LR"] == ["Recipe"]
    assert said["Epochs"] == ["Recipe"]
    assert said["LR schedule"] == ["LR schedule"]
    assert said["Seeds"] == []


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("1e-5", None),
        ("0.0", None),
        ("default", "says 'default'"),
        ("`TBD`", None),  # a sentinel, which is another rule's
        ("", "is empty"),
        ("see config of the run", "says 'see config of the run'"),
        ("n/a", "says 'n/a' without a reason"),
        ("N/A — frozen", None),
        ("qwen_default", None),
    ],
)
def test_why_a_cell_says_nothing(value: str, why: str | None) -> None:
    page = setup("Training", f"LR | {value}")
    spec = TEMPLATE.section("setup_training")
    assert spec.table is not None
    (wanted,) = [row for row in spec.table.rows if row.label == "LR"]
    (found,) = page.outline.all("setup_training")
    (row,) = answers(card_rows(page, found), wanted)
    assert unfilled(page, row, wanted) == why


def test_a_value_that_nobody_kept_needs_a_reason() -> None:
    page = setup("Training", "LR | not recorded — the pod is gone", "Loss | not recorded", "Epochs | not recorded —")
    (found,) = page.outline.all("setup_training")
    assert [unrecorded(page, row) for row in card_rows(page, found)] == [True, False, False]


# -- confidence and sizes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("It falls (LOW confidence)", "LOW"),
        ("It falls (LOW confidence).", "LOW"),
        ("It falls (low Confidence)", "low"),
        ("It falls (rather high confidence)", "rather high"),
        ("It (LOW confidence) falls", None),
        ("It falls", None),
    ],
)
def test_the_marker_of_a_title(title: str, level: str | None) -> None:
    (found,) = page_of(f"# {title}\n").titles
    marker = title_marker(found, TEMPLATE)
    assert (marker.level if marker is not None else None) == level


@pytest.mark.parametrize(
    ("line", "level", "words"),
    [
        ("**Confidence: LOW** — one seed.", "LOW", 2),
        ("**Confidence:** LOW — one seed.", "LOW", 2),
        ("**Confidence: LOW — one seed only.**", "LOW", 3),
        ("**Confidence: rather low**, one seed.", "rather low", 2),
        ("**Confidence** is LOW.", None, 0),
        ("Confidence: LOW", None, 0),
    ],
)
def test_the_confidence_line(line: str, level: str | None, words: int) -> None:
    stated = confidence_lines(page_of(f"# T\n## TL;DR\n### Results\n{line}\n"))
    assert [(s.level, s.reason_words) for s in stated] == ([] if level is None else [(level, words)])


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("N = 12", True),
        ("n≈200 each", True),
        ("178 of 250", True),
        ("23 out of 100", True),
        ("57/100", True),
        ("a sample of 40", True),
        ("12 personas", False),
        ("version 12 of the recipe", False),
    ],
)
def test_sample_sizes(text: str, stated: bool) -> None:
    (block,) = parse_document(text).blocks
    assert states_sample_size(block.text) is stated  # type: ignore[union-attr]


# -- folders ----------------------------------------------------------------------------------------------------------


def test_a_folder_stands_for_its_pages_once_and_in_order(tmp_path: Path) -> None:
    for name in ("b.md", "a.md", "deep/c.md", ".hidden/d.md", "e.txt", "deep/.f.md"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    (tmp_path / "empty").mkdir()
    inside = [str(tmp_path / n) for n in ("a.md", "b.md", "deep/c.md")]
    assert expand([str(tmp_path)]) == inside
    assert expand([inside[2], str(tmp_path), "-", inside[0]]) == [inside[2], inside[0], inside[1], "-"]
    assert expand([str(tmp_path / "empty"), "none.md"]) == [str(tmp_path / "empty"), "none.md"]
