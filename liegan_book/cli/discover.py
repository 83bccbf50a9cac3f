"""`liegan discover`: ask a file of data for its symmetry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from liegan_book.cli.data import Json, show


def _words(text: str) -> tuple[str, ...]:
    """Return what stands between commas."""
    return tuple(word for part in text.split(",") if (word := part.strip()))


def discover(
    file: Annotated[Path, typer.Argument(help="An .npz (x, optional y), .npy, .csv or .parquet.")],
    ask: Annotated[
        str, typer.Option(help="Which of support, law, task; with commas.")
    ] = "support,law,task",
    method: Annotated[
        str, typer.Option(help="Of the law: auto (closed form), or game (LieGAN, same tests).")
    ] = "auto",
    y_kind: Annotated[
        str, typer.Option(help="How y answers to g: auto, vector, scalar, label.")
    ] = "auto",
    affine: Annotated[
        bool, typer.Option("--affine", help="About any point, not the origin alone.")
    ] = False,
    x: Annotated[str, typer.Option(help="Columns of x; default: all others.")] = "",
    y: Annotated[str, typer.Option(help="Columns of y; default: none.")] = "",
    trajectory: Annotated[
        str, typer.Option(help="Column that says which rows follow one another.")
    ] = "",
    seed: Annotated[int, typer.Option(help="Seed of every draw.", min=0)] = 0,
    html: Annotated[Path | None, typer.Option(help="Write the report as a page.")] = None,
    save: Annotated[
        Path | None, typer.Option(help="Write it as .safetensors, for Report.load.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask data of your own whether they have a symmetry, which, and how sure that is."""
    from liegan_min.base import files
    from liegan_min.discover import discover as asked

    for path in (html, save):
        if path is not None:
            files.check_writable(path)
    said: dict[str, Any] = {"y_kind": y_kind, "method": method, "ask": _words(ask)}
    report = asked(
        file,
        affine=affine,
        x_columns=_words(x),
        y_columns=_words(y),
        trajectory=trajectory,
        seed=seed,
        **said,
    )
    if save is not None:
        report.save(save)
    if html is not None:
        report.html(html, title=f"Does {file.name} have a symmetry?")
    show(report.as_dict(), as_json, str(report))
