"""What a stranger relies on: the pins agree, the commands exist, the workflows are tied down."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def pins(lines):
    pairs = (line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    return {canonicalize_name(name.strip()): version.strip() for name, version in pairs}


def ranges(*extras):
    lists = [PROJECT["optional-dependencies"][extra] for extra in extras]
    return [Requirement(line) for line in sum(lists, PROJECT["dependencies"])]


CONSTRAINTS = pins(text("constraints.txt").splitlines())


def test_every_dependency_is_pinned_inside_its_range():
    for requirement in ranges(*PROJECT["optional-dependencies"]):
        pin = CONSTRAINTS[canonicalize_name(requirement.name)]
        assert requirement.specifier, f"{requirement.name} has no range"
        assert pin in requirement.specifier, f"{requirement} does not admit {pin}"


def test_pins_name_public_versions():
    assert CONSTRAINTS["torch"] == "2.13.0"
    assert not [pin for pin in CONSTRAINTS.values() if "+" in pin]


def test_conda_users_get_the_same_pins():
    dependencies = yaml.safe_load(text("environment.yml"))["dependencies"]
    (pip,) = [d["pip"] for d in dependencies if isinstance(d, dict)]
    assert "--constraint constraints.txt" in pip
    assert "--editable .[book,test,jets,scale]" in pip
    listed = pins(pip)
    assert set(listed) == {
        canonicalize_name(r.name) for r in ranges("book", "test", "jets", "scale")
    }
    assert {name: CONSTRAINTS[name] for name in listed} == listed


def test_what_is_installed_here_is_what_is_pinned():
    from importlib.metadata import version

    for requirement in ranges("book", "test", "jets", "scale"):
        name = canonicalize_name(requirement.name)
        assert version(name).split("+")[0] == CONSTRAINTS[name], name


def test_contributing_says_why_for_each_dependency():
    reasons = text("CONTRIBUTING.md")
    for requirement in ranges(*PROJECT["optional-dependencies"]):
        assert re.search(rf"^\|.*\b{re.escape(requirement.name)}\b.*\|.+\|$", reasons, re.MULTILINE)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_the_make_targets_that_a_page_names_exist(name):
    targets = set(re.findall(r"^([a-z]+):.*## ", text("Makefile"), re.MULTILINE))
    blocks = re.findall(r"(?ms)^```.*?^```", text(name))
    code = "\n".join([*blocks, *re.findall(r"`[^`\n]+`", text(name))])
    named = {word for line in re.findall(r"\bmake ([a-z][a-z ]*)", code) for word in line.split()}
    assert named
    assert named <= targets


def test_the_readme_opens_with_the_two_commands():
    first_screen = "\n".join(text("README.md").splitlines()[:30])
    assert re.search(r"^make book\b", first_screen, re.MULTILINE)
    assert re.search(r"^make test\b", first_screen, re.MULTILINE)
    assert "3.11" in first_screen


def test_the_command_lines_of_the_readme_are_understood():
    typer_testing = pytest.importorskip("typer.testing")
    from liegan_book.cli.main import app

    lines = re.findall(r"(?:^|`)liegan ((?:[a-z0-9-]+).*?)(?:`|\s{2,}#|$)", text("README.md"), re.M)
    assert len(lines) >= 4
    for line in lines:
        verb, *rest = shlex.split(line)
        verbs = [verb, rest[0]] if verb == "data" else [verb]
        shown = typer_testing.CliRunner().invoke(app, [*verbs, "--help"], env={"COLUMNS": "200"})
        assert shown.exit_code == 0, line
        options = [word for word in rest if word.startswith("-")]
        assert not [o for o in options if o not in shown.output], line


def test_ci_installs_a_browser_and_runs_the_tests_and_nothing_else():
    assert (ROOT / ".ci/run").stat().st_mode & 0o100
    commands = [
        line.strip()
        for line in text(".ci/run").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    assert commands == [
        "set -euo pipefail",
        'cd "$(dirname "$0")/.."',
        "if ! command -v chromium chromium-browser google-chrome >/dev/null; then",
        "apt-get update && apt-get install --yes chromium",
        "fi",
        "CI=1 make test",
    ]


def test_make_test_runs_every_check():
    plan = subprocess.run(
        ["make", "--dry-run", "--always-make", "test"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for check in (
        "ruff format --check .",
        "ruff check .",
        "-m mypy",
        "pytest tests",
        "pytest --nbval book/",
        "-c constraints.txt -e '.[book,test,jets,scale]'",
    ):
        assert check in plan


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_a_workflow_pins_its_actions_and_asks_for_little(path):
    content = path.read_text(encoding="utf-8")
    uses = re.findall(r"uses:\s*(.+)", content)
    assert uses
    for use in uses:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use), use
    workflow = yaml.safe_load(content)
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 60
        assert "contents" not in job.get("permissions", {})


def test_only_the_jobs_that_need_it_may_write():
    jobs = {
        f"{path.stem}/{name}": job["permissions"]
        for path in WORKFLOWS
        for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items()
        if "permissions" in job
    }
    assert jobs == {
        "pages/publish": {"pages": "write", "id-token": "write"},
        "weekly/report": {"issues": "write"},
    }


def test_the_citation_agrees_with_the_package():
    citation = yaml.safe_load(text("CITATION.cff"))
    assert str(citation["version"]) == PROJECT["version"]
    assert citation["license"] == PROJECT["license"] == "MIT"
    assert citation["repository-code"] == PROJECT["urls"]["Repository"]
    assert yaml.safe_load(text("_config.yml"))["repository"]["url"] == PROJECT["urls"]["Repository"]
