"""Hostile and broken pages: whatever is written, the linter answers, in time, and points into the page.

2,000 inputs in the fast suite, 100,000 more in the slow one. Three of four are pages of the bench, cases and examples
of rules, cut and mutated; the rest is put together by hypothesis.
"""

from __future__ import annotations

import random
import sys
import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from leakstats.lint.engine import Options, lint_text
from leakstats.lint.formats.json import to_json
from leakstats.lint.formats.text import to_text
from leakstats.lint.registry import all_rules
from leakstats.lint.report import Report

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

from lintbench.generate import build  # noqa: E402

CASES = Path(__file__).parent / "cases"
BANKS = ("notebook", "academic", "patchwork", "gallery", "dispatch")
SIZE = 4096
SECONDS = 2.0
"""CPU time for one page of at most ``SIZE`` bytes."""

FRAGMENTS = (
    "# ", "## TL;DR\n\n", "### Results\n\n", "**Main takeaways:**\n\n", "- **", "**Confidence: LOW** — ", "---\n",
    "| a | b |\n|---|---|\n", "| 1.2 | 3.4% |\n", "|", "||||||||\n", "```\n", "````", "~~~", "<!--", "-->",
    "<!-- clean-result: allow CR402 because x -->", "<!-- clean-result: allow", "<details>", "</details>",
    "<summary>", "> ", "> > > > ", "- - - - ", "1. ", "[", "](", "![x](y)",
    "![](https://raw.githubusercontent.com/a/b/main/c.png)", "[a]: <", "&minus;", "&plusmn;", "&#x2212;", "&#0;",
    "&#xD800;", "\\", "\\|", "*", "_", "**", "ρ = −0.74, p = 0.006, N = 12", "r=.53 (p<.001; n=1,000)", "p = 0",
    "p = 1e-400", "1e999", "10^-99999", "10⁻³⁰", "95% CI [", "[0.1, 0.2]", "(0.3–0.1)", "57 of 100", "0/0", "3 of 2",
    "57.0%", "100%", "-0", "−", "–", "±", "±±", "2.9×", "fold", "from 12% to 3%", "rises", "falls", "highest",
    "all seven", "none of the", "half", "N = ", "n=0", "N = 0", "N=" + "9" * 40, "0." + "3" * 60, "9" * 400,
    "1,234,567", "1\u202f000", "½", "٣", "１２", "²", "e", "E+", "#12", "#", "eval_results/results.json",
    "../../etc/passwd", "C:\\x.json", "{{VALUE}}", "TBD", "\t", "\r", "\r\n", "\n", "\n\n", " ", "\x00", "\ufeff",
    "\u2028", "\x85", "\u200b", "é", "e\u0301", "\U0001f600", "\ud7ff", "\u202e", "$x$", "<b>", "</b", "<a href='",
    "http://", "https://x.y/z?p=0.5", "a" * 300, " |" * 200, "[" * 200, "(" * 200, "*" * 100, "`" * 50, ">" * 100,
    "seed", "one seed (42)", "persona", "villain", "layer 20", "L20", "Spearman", "Wilson", "median", "total",
)  # fmt: skip
ONCE = (
    "12 personas × 1e999 questions × 5 samples = 60 answers, n = 1e400 each.",
    "The rate is 0 of 0 (95% CI [0.1, 0.2]).",
    "| Cloth | Start | End |\n|---|---|---|\n| wool | 1% | 9% |\n| silk | 2% | 30% |\n| felt | 3% | 4% |\n\n- For 2 of "
    "3 cloths the last stain is " + "9" * 400 + " points above the first.",
    "- It falls (ρ = −0.74, permuted p = 0.006, N = 12; " + "9" * 400 + " permutations).",
    "N = " + "9" * 5000 + " of " + "9" * 5000 + " × 3 questions, n = 12 × " + "9" * 5000 + " (40%).",
    "| Town (n = ,) | n = " + "9" * 5000 + " |\n|---|---|\n| a | 40% |\n| b | 30% |",
    "- It rises in " + "9" * 400 + "/7 (50%) and 97 of " + "9" * 400 + " replies (40%).",
    "| Ferry | On time | 951\u202f000% CI of on time |\n|---|---|---|\n| a | 43% | 2 |",
    "### Compute\n### Environment\n### Training\n### Data\n### Eval",
)
"""What an earlier version could not answer, as small as it gets."""


@cache
def pages() -> tuple[str, ...]:
    """Whole pages and small ones to begin from."""
    banks = [build(bank, 31, i)[0].text() for bank in BANKS for i in range(6)]
    cases = [path.read_text("utf-8") for path in sorted(CASES.glob("*/*.md"))]
    examples = [text for rule in all_rules() for text in (type(rule).doc().fails, type(rule).doc().passes)]
    return (*banks, *banks, *banks, *cases, *examples)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Results files for inputs that are judged beside data."""
    out = []
    for i, bank in enumerate(BANKS):
        out.append(tmp_path_factory.mktemp("results") / f"{bank}.json")
        out[-1].write_text(build(bank, 31, i)[1]["results.json"], "utf-8")
    return tuple(out)


def _span(text: str, rng: random.Random, most: int = 200) -> tuple[int, int]:
    start = rng.randrange(len(text) + 1)
    return start, min(len(text), start + rng.randrange(1, most))


def mutated(number: int) -> str:
    """Input ``number``: the same one on every machine."""
    rng = random.Random(number)
    text = rng.choice(pages())
    if len(text) > 1200 and rng.random() < 0.8:
        start = rng.randrange(len(text))
        text = text[start : start + rng.randrange(200, 2400)]
    for _ in range(rng.choice((1, 1, 2, 3, 5, 9, 20))):
        a, b = _span(text, rng)
        match rng.randrange(9):
            case 0:
                text = text[:a] + text[b:]
            case 1:
                text = text[:b] + text[a:b] * rng.randrange(1, 6) + text[b:]
            case 2:
                c, d = _span(text, rng)
                text = text[:c] + text[a:b] + text[d:]
            case 3:
                other = rng.choice(pages())
                c, d = _span(other, rng, 600)
                text = text[:a] + other[c:d] + text[a:]
            case 4:
                text = text[:a] + "".join(rng.choice("0123456789") if c.isdigit() else c for c in text[a:b]) + text[b:]
            case 5:
                lines = text.split("\n")
                i = rng.randrange(len(lines))
                lines[i:] = [rng.choice(("> ", "- ", "    ", "| ", "# ", "")) + line for line in lines[i:]]
                text = "\n".join(lines)
            case 6:
                text = text[:a] + chr(rng.choice((rng.randrange(32, 127), rng.randrange(0x2000, 0x2300)))) + text[b:]
            case _:
                text = text[:a] + rng.choice(FRAGMENTS) + text[a:]
    return text.encode("utf-8", "ignore")[:SIZE].decode("utf-8", "ignore")


def judge(text: str, options: Options) -> None:
    """No exception, an answer in time, and findings that stand on the page; every format can print it."""
    begun = time.process_time()
    report = lint_text(text, options)
    spent = time.process_time() - begun
    assert spent < SECONDS, f"{spent:.1f} s for {len(text)} characters"
    n_lines = text.count("\n") + text.count("\r") + 1
    for finding in report.findings:
        assert 1 <= finding.place.line <= n_lines
        assert finding.place.column >= 1
    if len(text) % 5 == 0:
        whole = Report((report,), "", "error")
        assert to_json(whole)
        assert to_text(whole)


def run_mutated(first: int, count: int, results: tuple[Path, ...]) -> None:
    for number in range(first, first + count):
        options = Options(results=(results[number % len(results)],)) if number % 4 else Options()
        try:
            judge(mutated(number), options)
        except Exception as error:
            raise AssertionError(f"input {number} (see mutated()): {type(error).__name__}: {error}") from error


piece = st.one_of(
    st.sampled_from(FRAGMENTS),
    st.text(max_size=20),
    st.floats().map(lambda x: f"{x:.3g}"),
    st.integers(-(10**9), 10**9).map(str),
    st.text("0123456789.,-–−+%/|()[]=<>±×→ eNnpr\n", max_size=30),
)
written = st.lists(piece, max_size=60).map(lambda parts: "".join(parts)[:SIZE])


def run_written(first: int, count: int, results: tuple[Path, ...]) -> None:
    @seed(first)
    @settings(max_examples=count, database=None, deadline=None, phases=(Phase.generate, Phase.shrink),
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(written, st.booleans())
    def check(text: str, with_results: bool) -> None:
        judge(text, Options(results=(results[first % len(results)],)) if with_results else Options())

    check()


@pytest.mark.parametrize("chunk", range(10))
def test_mutated_pages_are_answered(chunk: int, results: tuple[Path, ...]) -> None:
    run_mutated(150 * chunk, 150, results)


@pytest.mark.parametrize("chunk", range(5))
def test_written_pages_are_answered(chunk: int, results: tuple[Path, ...]) -> None:
    run_written(chunk, 100, results)


@pytest.mark.parametrize("text", ONCE)
def test_inputs_that_once_failed_are_answered(text: str, results: tuple[Path, ...]) -> None:
    for options in (Options(), *(Options(results=(path,)) for path in results)):
        judge(text, options)


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(75))
def test_seventy_five_thousand_mutated_pages(chunk: int, results: tuple[Path, ...]) -> None:
    run_mutated(1_000_000 + 1000 * chunk, 1000, results)


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(25))
def test_twenty_five_thousand_written_pages(chunk: int, results: tuple[Path, ...]) -> None:
    run_written(1000 + chunk, 1000, results)
