"""What a stranger relies on: the pins agree, the commands exist, the workflows are tied down."""

from __future__ import annotations

import os
import pkgutil
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
JOBS = {
    f"{path.stem}/{name}": job
    for path in WORKFLOWS
    for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items()
}


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
        options = [word for word in rest if word.startswith("-")]
        if verb == "bench":  # a program with a help of its own
            command = [sys.executable, ROOT / "benchmarks" / f"{rest[0]}.py", "--help"]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            assert not [o for o in options if o not in told], line
            continue
        verbs = [verb, rest[0]] if verb == "data" else [verb]
        shown = typer_testing.CliRunner().invoke(app, [*verbs, "--help"], env={"COLUMNS": "200"})
        assert shown.exit_code == 0, line
        assert not [o for o in options if o not in shown.output], line


def test_the_python_of_the_readme_runs_as_pasted(capsys):
    first, *others = re.findall(r"(?ms)^```python\n(.*?)^```", text("README.md"))
    for code in (first, *others):
        names: dict[str, object] = {}
        exec(code, names)  # noqa: S102 - it is ours
        if code == first:
            assert "FOUND: so(2)" in capsys.readouterr().out
            assert "network" in names


def program(folder, name, body):
    """Write a program that stands in for another one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!{shutil.which('bash')}\n{body}\n")
    path.chmod(0o755)


@pytest.fixture
def ci(tmp_path):
    """Return a function that runs CI's script among stand-ins: its status, and what it called."""

    def ran(browser=None, make=0):
        bin_ = tmp_path / "bin"
        note = f'echo "$(basename "$0") $*, CI=$CI in $PWD" >> "{tmp_path}/calls"'
        program(bin_, "make", f"{note}\nexit {make}")
        program(bin_, "apt-get", note)
        if browser:
            program(bin_, browser, "exit 1")
        for tool in ("bash", "dirname", "basename"):
            (bin_ / tool).symlink_to(shutil.which(tool))
        done = subprocess.run([ROOT / ".ci/run"], cwd=tmp_path, env={"PATH": str(bin_)})
        return done.returncode, (tmp_path / "calls").read_text().splitlines()

    return ran


MAKE_TEST = f"make test, CI=1 in {ROOT}"


@pytest.mark.parametrize("browser", ["chromium", "chromium-browser", "google-chrome"])
def test_ci_runs_the_tests_and_nothing_else_where_there_is_a_browser(ci, browser):
    assert ci(browser) == (0, [MAKE_TEST])


def test_ci_installs_a_browser_first_where_there_is_none(ci):
    status, (update, install, tests) = ci()
    assert (status, tests) == (0, MAKE_TEST)
    assert update.startswith("apt-get update,")
    assert re.match(r"apt-get install .*--yes.* chromium\b", install)


def test_ci_fails_where_the_tests_fail(ci):
    assert ci("chromium", make=2) == (2, [MAKE_TEST])


CHECKS = (
    "-m ruff format --check .",
    "-m ruff check .",
    "lint-imports",
    "-m mypy",
    "-m pytest tests",
    "-m pytest --nbval book/",
)


@pytest.fixture
def make(tmp_path):
    """Return a function that makes a target with stand-ins for tools: status, and what it ran."""

    def made(target, failing="nothing"):
        if not (tmp_path / "venv").exists():
            for tool, words in (("python", "$*"), ("lint-imports", "lint-imports")):
                note = f'echo "{words}" >> "{tmp_path}/calls"\n[ "{words}" != "{failing}" ]'
                program(tmp_path / "venv" / "bin", tool, note)
        command = ["make", "--silent", target, f"VENV={tmp_path / 'venv'}"]
        env = {k: v for k, v in os.environ.items() if k != "MAKEFLAGS"}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)
        return done.returncode, (tmp_path / "calls").read_text().splitlines()

    return made


def test_make_test_installs_the_pinned_packages_and_runs_every_check(make):
    status, (install, *checks) = make("test")
    assert status == 0
    assert install.startswith("-m pip install ")
    assert install.endswith("-c constraints.txt -e .[book,test,jets,scale]")
    assert checks == list(CHECKS)
    assert make("test")[1] == [install, *CHECKS, *CHECKS]  # it is not installed twice


@pytest.mark.parametrize("check", CHECKS)
def test_make_test_fails_where_a_check_fails(make, check):
    status, ran = make("test", failing=check)
    assert status != 0
    assert ran[-1] == check


def test_the_commands_that_are_installed_are_there():
    for target in PROJECT["scripts"].values():
        assert callable(pkgutil.resolve_name(target))


def test_workflows_run_what_there_is():
    targets = set(re.findall(r"^([a-z]+):.*## ", text("Makefile"), re.MULTILINE))
    steps = [step for job in JOBS.values() for step in job["steps"]]
    runs = [step["run"].strip() for step in steps if "run" in step]
    assert {"make site", "make book", ".ci/run"} <= {*runs}
    for words in map(shlex.split, (run for run in runs if "\n" not in run)):
        assert words[0] == "make" or os.access(ROOT / words[0], os.X_OK)
        assert {*words[1:]} <= targets


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
    writing = {name: job for name, job in JOBS.items() if "permissions" in job}
    assert {name: job["permissions"] for name, job in writing.items()} == {
        "pages/publish": {"pages": "write", "id-token": "write"},
        "weekly/report": {"issues": "write"},
    }
    for job in writing.values():  # and runs nothing of the checkout
        for step in job["steps"]:
            assert "checkout" not in step.get("uses", "")
            assert not re.search(r"\bmake\b|\.ci/", step.get("run", ""))


def test_the_citation_agrees_with_the_package():
    citation = yaml.safe_load(text("CITATION.cff"))
    assert str(citation["version"]) == PROJECT["version"]
    assert citation["license"] == PROJECT["license"] == text("LICENSE").split()[0]
    assert citation["repository-code"] == PROJECT["urls"]["Repository"]
    assert yaml.safe_load(text("_config.yml"))["repository"]["url"] == PROJECT["urls"]["Repository"]
