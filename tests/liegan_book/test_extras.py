"""Packages that only some tasks need: the error says which, for what, and how to get it."""

import json
import sys
import traceback

import pytest

from liegan_book.extras import needed
from liegan_min.base.errors import MissingExtraError


@pytest.mark.parametrize("name", ["json", "xml.dom"])
def test_a_package_that_is_there_is_imported(name):
    assert needed(name, "testing") is sys.modules[name]
    assert needed("json", "testing") is json


@pytest.mark.parametrize("blocked", [False, True])
def test_one_that_is_not_says_what_does_not_work_and_how_to_install_it(monkeypatch, blocked):
    name = "no_such_package_anywhere"
    if blocked:
        name = "json"
        monkeypatch.setitem(sys.modules, name, None)  # what makes an import fail
    with pytest.raises(MissingExtraError) as caught:
        needed(name, "simulating jets")
    assert str(caught.value) == (
        f"simulating jets needs {name}; install it with: pip install 'liegan-min[jets]'"
    )
    shown = "".join(traceback.format_exception(caught.value))
    assert "During handling" not in shown  # one cause, told once


def test_the_extra_that_brings_it_is_named():
    with pytest.raises(MissingExtraError, match=r"pip install 'liegan-min\[scale\]'$"):
        needed("no_such_package_anywhere", "training a tagger", extra="scale")
