"""The chapters as the tests see them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import yaml

BOOK = Path(__file__).resolve().parents[2] / "book"


def toc() -> list[str]:
    """Return the documents that the table of contents names, in order."""
    content = yaml.safe_load((BOOK / "_toc.yml").read_text(encoding="utf-8"))
    parts = content.get("parts", [])
    return [content["root"], *(c["file"] for p in parts for c in p["chapters"])]


def notebooks() -> list[str]:
    """Return the documents that are executed, in order."""
    return [name for name in toc() if not (BOOK / f"{name}.md").exists()]


def numbered() -> list[str]:
    """Return the chapters proper: index and status have neither exercises nor limits."""
    return [name for name in notebooks() if re.match(r"\d\d-", name)]


def committed(name: str) -> Any:
    """Read a committed notebook."""
    return nbformat.read(BOOK / f"{name}.ipynb", as_version=4)


def code(notebook: Any) -> list[Any]:
    """Return the code cells."""
    return [c for c in notebook.cells if c.cell_type == "code"]


def prose(notebook: Any) -> str:
    """Return the text cells as one string."""
    return "\n\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
