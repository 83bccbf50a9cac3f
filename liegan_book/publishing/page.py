"""What a chapter's hidden cells need: values for its text, and numbered tables.

Needs the extra `book`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from IPython.display import Markdown
from myst_nb import glue

from liegan_book.results.text import markdown


def note(**values: object) -> None:
    """Bind values to names, which the text cites as {glue:text}`name`.

    A space that does not break would be shown there as its code, so it becomes a plain one.
    """
    for name, value in values.items():
        shown = value.replace("\N{NO-BREAK SPACE}", " ") if isinstance(value, str) else value
        glue(name, shown, display=False)


def table(
    head: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "", name: str = ""
) -> Any:
    """Show a table; with a caption it is numbered, and its cell is of the format `myst`."""
    return Markdown(markdown(head, rows, caption, name))  # type: ignore[no-untyped-call]
