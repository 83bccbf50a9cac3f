"""Run a chapter's source, book/NAME.py, into its notebook, book/NAME.ipynb.

The same source gives the same bytes: cells are named by their content, and what differs between two
runs without meaning anything (timestamps, addresses, a picture's signature) is dropped before the
file is replaced in one move. Needs the extra `book`.
"""

from __future__ import annotations

import base64
import hashlib
import os
import platform
import re
import resource
from ast import literal_eval
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from liegan_book import paths
from liegan_min.base.errors import InputError, LieganError, MissingExtraError
from liegan_min.base.files import write_atomic

VOLATILE = "nbval-ignore-output"  # a cell tagged so may print something else in every run


def load(source: Path) -> Any:
    """Read a py:percent source as a notebook without outputs, each cell's id made from its content.

    Raises:
        MissingExtraError: if the extra `book` is not installed.
    """
    notebook, seen = _extra("jupytext").read(source), Counter[str]()
    for cell in notebook.cells:
        name = hashlib.sha256(f"{cell.cell_type}\0{cell.source}".encode()).hexdigest()[:8]
        seen[name] += 1
        cell["id"] = name if seen[name] == 1 else f"{name}-{seen[name]}"
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def clean(notebook: Any, before: Any | None = None) -> Any:
    """Drop from a run notebook what would differ in the next run of the same source; in place.

    Where nothing that must stay the same has changed since `before`, its volatile outputs and its
    run time stay too, so that a second run leaves no difference.
    """
    run = notebook.metadata.get("liegan", {})
    notebook.metadata = {
        # as in pyproject.toml, so that a sync with jupytext has nothing to do
        "jupytext": {"notebook_metadata_filter": "kernelspec,-jupytext,-all"},
        "kernelspec": notebook.metadata["kernelspec"],
        "language_info": {"name": "python"},
        "liegan": run,
    }
    notebook.cells = [c for c in notebook.cells if "injected-parameters" not in _tags(c)]
    for cell in notebook.cells:
        for key in ("papermill", "execution") + (() if _tags(cell) else ("tags",)):
            cell.metadata.pop(key, None)
    for number, cell in enumerate(_code(notebook), 1):
        cell.execution_count = number
        for output in cell.outputs:
            _clean_output(output, number)
    if before is not None and _lasting(before) == _lasting(notebook):
        notebook.metadata["liegan"] = before.metadata["liegan"]
        for cell, old in zip(_code(notebook), _code(before), strict=True):
            cell.outputs = old.outputs
    return notebook


def execute(
    chapters: Iterable[str] = (),
    parameters: Mapping[str, Any] | None = None,
    out: Path | None = None,
    *,
    report: bool = True,
) -> list[Path]:
    """Run chapters with papermill, write their notebooks, and return their files.

    Args:
        chapters: file stems or their numbers ("04-two-body" or "04"); none means all.
        parameters: new values for names that the chapter's cell tagged `parameters` assigns.
        out: where to write; by default the book itself, which takes no parameters.
        report: print one line for each.

    Raises:
        InputError: for an unknown chapter or parameter, or parameters without `out`.
        LieganError: if a cell raises; the notebook on disk stays as it was.
        MissingExtraError: if the extra `book` is not installed.
    """
    book = paths.root() / "book"
    parameters, out = dict(parameters or {}), (out or book)
    if parameters and out.resolve() == book.resolve():
        raise InputError("-p needs --out: committed outputs come from the default parameters")
    sources = _find(book, list(chapters))
    for source in sources:
        _check_parameters(source, parameters)
    return [_execute_one(source, parameters, out, report) for source in sources]


def parse_value(text: str) -> Any:
    """Read a parameter from the command line: a Python literal, or else the text itself."""
    try:
        return literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _execute_one(source: Path, parameters: dict[str, Any], out: Path, report: bool) -> Path:
    nbformat, papermill = _extra("nbformat"), _extra("papermill")
    target = out / f"{source.stem}.ipynb"
    was = target.read_text(encoding="utf-8") if target.exists() else ""
    start = _cpu_seconds()
    try:
        notebook = papermill.execute_notebook(
            load(source),
            None,
            parameters,
            cwd=source.parent,
            kernel_name="python3",
            progress_bar=False,
            coalesce_streams=True,
            extra_arguments=["--log-level=CRITICAL"],  # no word on its local port
        )
    except papermill.PapermillExecutionError as error:
        trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
        raise LieganError(
            f"{source.name}: code cell {error.exec_count} raised {error.ename}: {error.evalue}; "
            f"nothing was written\n{trace}"
        ) from error
    notebook.metadata["liegan"] = _environment() | {"cpu_seconds": round(_cpu_seconds() - start)}
    if parameters:
        notebook.metadata["liegan"]["parameters"] = parameters
    before = nbformat.reads(was, 4) if was else None
    now = nbformat.writes(clean(notebook, before)) + "\n"
    if now != was:
        write_atomic(target, now.encode())
    if report:
        print(f"{target.name}: {'unchanged' if now == was else 'written'}", flush=True)
    return target


def _cpu_seconds() -> float:
    """Return what the kernels that have ended took; wall time tells how busy a machine is."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _find(book: Path, chapters: list[str]) -> list[Path]:
    known = sorted(book.glob("*.py"))
    if not known:
        raise InputError(f"no chapters in {book}; run this in a checkout of the repository")
    found = []
    for name in chapters:
        hits = [p for p in known if p.stem == name or p.stem.startswith(f"{name}-")]
        if len(hits) != 1:
            raise InputError(f"no chapter {name!r}; there are: {', '.join(p.stem for p in known)}")
        found += hits
    return found or known


def _check_parameters(source: Path, parameters: Mapping[str, Any]) -> None:
    if not parameters:
        return
    cells = [c.source for c in load(source).cells if "parameters" in _tags(c)]
    names = re.findall(r"^(\w+)\s*(?::.*)?=", "\n".join(cells), re.MULTILINE)
    if unknown := sorted(set(parameters) - set(names)):
        has = ", ".join(names) or "none"
        raise InputError(f"{source.name} has no parameter {unknown[0]!r}; it has: {has}")


def _code(notebook: Any) -> list[Any]:
    return [c for c in notebook.cells if c.cell_type == "code"]


def _tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _lasting(notebook: Any) -> Any:
    """Return what two runs of the same source on the same machine must share."""
    run = {k: v for k, v in notebook.metadata.get("liegan", {}).items() if k != "cpu_seconds"}
    outputs = [None if VOLATILE in _tags(c) else c.outputs for c in _code(notebook)]
    return run, [c.id for c in notebook.cells], outputs


def _environment() -> dict[str, Any]:
    packages = ("numpy", "torch", "matplotlib")
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "versions": {name: version(name).split("+")[0] for name in packages},
    }


def _clean_output(output: Any, number: int) -> None:
    if "execution_count" in output:
        output.execution_count = number
    data = output.get("data", {})
    if "text/plain" in data:
        data["text/plain"] = re.sub(r" at 0x[0-9a-f]+", " at 0x0", data["text/plain"])
    if "image/png" in data:
        data["image/png"] = _without_signature(data["image/png"])


def _without_signature(png: str) -> str:
    """Drop the text that names the program: it changes with each release of matplotlib."""
    raw = base64.b64decode(png)
    kept, at = raw[:8], 8
    while at < len(raw):
        chunk = raw[at : at + 12 + int.from_bytes(raw[at : at + 4], "big")]
        kept += b"" if chunk[4:].startswith(b"tEXtSoftware") else chunk
        at += len(chunk)
    return base64.b64encode(kept).decode()


def _extra(package: str) -> Any:
    try:
        return import_module(package)
    except ImportError as error:
        raise MissingExtraError(
            f"{package} is not installed, it runs chapters: pip install 'liegan-min[book]'"
        ) from error
