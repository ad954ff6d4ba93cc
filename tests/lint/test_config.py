"""Settings of a project: found, read, and refused with every mistake named."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leakstats.errors import ContractError
from leakstats.lint.commands import lint
from leakstats.lint.config import find_config, read_config

FULL = """
profile = "publish"
select = ["CR1", "CR6"]
fail-on = "warning"
max-bytes = 5000
root = "pages"

[ignore]
CR120 = "costs stand in the plan"

[severity]
CR108 = "note"
"""


def test_no_settings_are_no_settings(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert find_config(tmp_path).path is None


def test_own_file_and_pyproject_say_the_same(tmp_path: Path) -> None:
    own, project = tmp_path / "a", tmp_path / "b"
    for folder in (own, project):
        (folder / "deep" / "er").mkdir(parents=True)
    (own / ".clean-result.toml").write_text(FULL)
    tables = FULL.replace("[ignore]", "[tool.clean-result.ignore]").replace(
        "[severity]", "[tool.clean-result.severity]"
    )
    (project / "pyproject.toml").write_text("[tool.clean-result]" + tables)
    for folder in (own, project):
        (folder / "pages").mkdir()
    found = [find_config(folder / "deep" / "er") for folder in (own, project)]
    assert [f.path for f in found] == [own / ".clean-result.toml", project / "pyproject.toml"]
    for folder, config in zip((own, project), found, strict=True):
        assert (config.profile, config.select, config.fail_on, config.max_bytes) == (
            "publish",
            ("CR1", "CR6"),
            "warning",
            5000,
        )
        assert config.root == folder / "pages"
        assert dict(config.ignore) == {"CR120": "costs stand in the plan"}
        assert dict(config.severity) == {"CR108": "note"}


@pytest.mark.parametrize(
    ("text", "pointer", "message"),
    [
        ("profil = 'x'", "/profil", "is an unknown key"),
        ("profile = 3", "/profile", "is 3; expected text"),
        ("fail-on = 'all'", "/fail-on", "expected one of error, warning, note"),
        ("max-bytes = 0", "/max-bytes", "expected a whole number above 0"),
        ("select = ['CR999']", "/select/CR999", "is no rule"),
        ("select = 'CR1'", "/select", "expected a list of rules"),
        ("ignore = [3]", "/ignore/3", "is no rule"),
        ("[ignore]\nCR120 = ''", "/ignore/CR120", "expected the reason as text"),
        ("[severity]\nCR1 = 'note'", "/severity/CR1", "is no rule"),
        ("[severity]\nCR101 = 'mild'", "/severity/CR101", "expected one of error, warning, note, off"),
        ("severity = 3", "/severity", "expected a table"),
        ("root = 'nowhere'", "/root", "there is no such folder beside this file"),
        ("a = [", "", "is no TOML"),
    ],
)
def test_a_mistake_names_its_place(tmp_path: Path, text: str, pointer: str, message: str) -> None:
    path = tmp_path / ".clean-result.toml"
    path.write_text(text)
    with pytest.raises(ContractError, match=message) as caught:
        read_config(path)
    assert [v.pointer for v in caught.value.violations] == [pointer]


def test_every_mistake_is_listed(tmp_path: Path) -> None:
    path = tmp_path / ".clean-result.toml"
    path.write_text("a = 1\nb = 2\nfail-on = 3\n")
    with pytest.raises(ContractError) as caught:
        read_config(path)
    assert {v.pointer for v in caught.value.violations} == {"/a", "/b", "/fail-on"}


def run(*args: str) -> Result:
    return CliRunner().invoke(lint, list(args), catch_exceptions=False)


def test_the_command_follows_the_settings_and_options_go_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("issue.md").write_text("# A title without a marker\n")
    Path(".clean-result.toml").write_text(
        "select = ['CR108', 'CR201']\n[ignore]\nCR201 = 'old pages'\n[severity]\nCR108 = 'note'\n"
    )
    result = run()
    assert result.exit_code == 0
    assert "1:3 note CR108" in result.output
    assert "not checked (CR201): left out by the settings: old pages" in result.output
    assert run("--fail-on", "note").exit_code == 1
    assert "CR107" not in run("--select", "CR107").output.splitlines()[1]
    assert "not checked (CR108): left out by --ignore" in run("--ignore", "CR108").output


def test_settings_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("issue.md").write_text("# A title without a marker\n")
    Path("strict.toml").write_text("select = ['CR108']\n")
    assert run("--config", "strict.toml").exit_code == 1
    with pytest.raises(ContractError, match="cannot be read"):
        run("--config", "missing.toml")
