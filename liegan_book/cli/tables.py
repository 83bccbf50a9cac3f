"""`liegan table` and `liegan verify`: the poster beside ours, and ours beside a new run."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from liegan_book.cli.data import Json, show, whose
from liegan_min.base.errors import InputError


def table(
    experiment: Annotated[str, typer.Argument(help="Whose, or all: every cell of the poster.")],
    profile: Annotated[
        str | None, typer.Option(help="quick, cpu, paper or gpu; default: the table's own.")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(help="published or ours; default: what the table rests on.", callback=whose),
    ] = None,
    as_json: Json = False,
) -> None:
    """Print a table of the poster beside ours: its value, our mean, interval, seeds, verdict."""
    from liegan_book.results import overview, tables
    from liegan_book.results.text import aligned

    if experiment == "all":
        if data is not None:
            raise InputError("--data is for one experiment; all takes what each table rests on")
        lines = overview.cells(profile)
        content = {
            "headline": overview.headline(lines),
            "counts": overview.counts(lines),
            "cells": [asdict(line) for line in lines],
        }
        show(content, as_json, overview.text(lines))
        return
    rows = tables.table(experiment, profile, data)  # type: ignore[arg-type]
    show([asdict(row) for row in rows], as_json, aligned(rows))


def verify(
    sample: Annotated[int, typer.Option(help="How many runs to make again.", min=1)] = 3,
    seed: Annotated[
        int | None, typer.Option(help="Which sample; default: another each time.", min=0)
    ] = None,
    budget: Annotated[float, typer.Option(help="Most CPU seconds of one run.", min=0)] = 60,
    experiment: Annotated[str | None, typer.Option(help="Only of this experiment.")] = None,
    method: Annotated[str | None, typer.Option(help="Only of this method.")] = None,
    as_json: Json = False,
) -> None:
    """Make a random sample of quick runs again and compare with their records; writes none."""
    from liegan_book.results import verify as v

    picked, drawn = v.sample(sample, seed, budget, experiment, method)
    found = []
    for record in picked:
        found.append(v.again(record))
        if not as_json:
            typer.echo(v.text(found[-1]))
    content = {"seed": drawn, "summary": v.summary(found), "runs": [asdict(f) for f in found]}
    show(content, as_json, f"{content['summary']} (sample of --seed {drawn})")
    raise typer.Exit(v.status(found))


def add_to(app: typer.Typer) -> None:
    """Add the two verbs to the command line."""
    app.command()(table)
    app.command()(verify)
