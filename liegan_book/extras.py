"""Packages that only some tasks need: imported where they are first needed."""

from __future__ import annotations

import importlib
from typing import Any

from liegan_min.base.errors import MissingExtraError


def needed(name: str, task: str, extra: str = "jets") -> Any:
    """Import a package of an extra.

    Raises:
        MissingExtraError: if it is not installed, saying what does not work and how to install it.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingExtraError(
            f"{task} needs {name}; install it with: pip install 'liegan-min[{extra}]'"
        ) from None
