"""The errors that the package promises: what catches them, and what a user sees of them."""

import inspect

import pytest
import torch

from liegan_book import experiments
from liegan_book.cli import main as cli
from liegan_book.extras import needed
from liegan_min.algebra.lie_algebra import LieAlgebra
from liegan_min.base import errors, files

PROMISED = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("kind", PROMISED)
def test_on_the_command_line_every_promised_error_is_one_line_and_status_2(
    monkeypatch, capsys, kind
):
    def fails(*_):
        raise kind("which thing, and what to do")

    monkeypatch.setattr(experiments, "settings", fails)
    monkeypatch.setattr("sys.argv", ["liegan", "run", "cyclic", "liegan"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 2
    assert tuple(capsys.readouterr()) == ("", "liegan: which thing, and what to do\n")


def test_a_mistake_of_ours_is_not_hidden_as_one_of_the_users(monkeypatch):
    def fails(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(experiments, "settings", fails)
    monkeypatch.setattr("sys.argv", ["liegan", "run", "cyclic", "liegan"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


@pytest.mark.parametrize(
    ("builtin", "ask"),
    [
        (ValueError, lambda folder: LieAlgebra(torch.ones(2, 2))),
        (ValueError, lambda folder: files.load_state(folder / "damaged")),
        (ImportError, lambda folder: needed("a_package_that_is_not_there", "testing")),
    ],
    ids=["input", "damaged file", "missing extra"],
)
def test_code_that_knows_only_the_built_in_errors_still_works(tmp_path, builtin, ask):
    (tmp_path / "damaged").write_bytes(b"no tensors")
    with pytest.raises(builtin) as caught:
        ask(tmp_path)
    assert isinstance(caught.value, errors.LieganError)
