"""Progress bars: one look for all, and hidden where no one looks."""

from __future__ import annotations

import os
import sys
import warnings

with warnings.catch_warnings():
    # In a notebook without ipywidgets the bar falls back to text; the page need not say so.
    warnings.simplefilter("ignore")
    from tqdm.auto import tqdm

__all__ = ["quiet", "tqdm"]


def quiet(progress: bool | None) -> bool:
    """Whether to hide the progress bar: always as told; untold, under CI and where no one looks."""
    if progress is not None:
        return not progress
    return bool(os.environ.get("CI")) or not sys.stderr.isatty()
