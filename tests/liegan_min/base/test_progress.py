"""Progress bars: when they are hidden, and that a notebook's page says nothing of them."""

import subprocess
import sys

import pytest

from liegan_min.base import progress
from liegan_min.base.progress import quiet

#: A kernel as tqdm knows one, in a place without ipywidgets.
NOTEBOOK = """
import sys, types
shell = types.ModuleType("ipykernel.zmqshell")
ipython = types.ModuleType("IPython")
ipython.get_ipython = lambda: None
sys.modules.update({"ipykernel.zmqshell": shell, "IPython": ipython, "ipywidgets": None})
"""


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("ci", ["", "1"])
@pytest.mark.parametrize("terminal", [True, False])
def test_what_was_told_holds_anywhere(monkeypatch, told, ci, terminal):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    assert quiet(told) is not told


@pytest.mark.parametrize(
    ("ci", "terminal", "hidden"),
    [("", True, False), ("", False, True), ("true", True, True), ("true", False, True)],
)
def test_untold_a_bar_shows_in_a_terminal_that_is_not_ci(monkeypatch, ci, terminal, hidden):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    assert quiet(None) is hidden


def python(code):
    return subprocess.run(
        [sys.executable, "-W", "always", "-c", code], capture_output=True, text=True, check=True
    )


def test_a_notebook_without_widgets_has_nothing_to_say():
    assert "IProgress not found" in python(NOTEBOOK + "import tqdm.auto").stderr
    # The file alone: the package around it takes seconds to import.
    ours = python(NOTEBOOK + f"import runpy; runpy.run_path({progress.__file__!r})")
    assert ours.stdout + ours.stderr == ""
