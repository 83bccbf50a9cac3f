"""The command line: `liegan VERB`, or `python -m liegan_book.cli VERB`. Every verb takes --json."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from liegan_book.cli import data as cli_data
from liegan_book.cli import tables as cli_tables
from liegan_book.cli.data import Json, show, whose
from liegan_book.cli.discover import discover
from liegan_min.base.errors import InputError, LieganError

app = typer.Typer(
    help="Discover the Lie algebra of a data set's symmetry, and reproduce the LieGAN poster.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command()(discover)
cli_tables.add_to(app)
app.add_typer(cli_data.app, name="data", help="Make, verify, simulate or download a data set.")

Device = Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, …")]
Seed = Annotated[int, typer.Option(help="Seed of every draw.", min=0)]


@app.command()
def run(
    experiment: str,
    method: str,
    seed: Seed = 0,
    profile: Annotated[str, typer.Option(help="quick, cpu, paper or gpu")] = "quick",
    data: Annotated[
        str, typer.Option(help="ours, or published: the authors' orbits.", callback=whose)
    ] = "ours",
    device: Device = "auto",
    force: Annotated[bool, typer.Option(help="Run even if there is a record.")] = False,
    as_json: Json = False,
) -> None:
    """Run one table cell and write its record; resume if an earlier run was cut off."""
    from liegan_book import experiments, paths, records
    from liegan_min.base import files, parallel
    from liegan_min.base.options import RunOptions

    experiment = experiments.on(experiment, data)  # type: ignore[arg-type]
    experiments.settings(experiment, method, profile)
    path = records.where(experiment, method, profile, seed)
    if path.exists() and not force:
        record = records.load(path)
    else:
        files.check_writable(path)
        options = RunOptions(seed, device, paths.checkpoint(experiment, method, profile, seed))
        record = experiments.run(experiment, method, profile, options).record
        if parallel.rank():  # one of several processes writes for all
            return
        records.save(record)
    numbers = "\n".join(f"{k}: {v}" for k, v in record.metrics.items())
    show(record.model_dump(mode="json"), as_json, f"{path}\n{numbers}")


@app.command()
def execute(
    chapters: Annotated[list[str] | None, typer.Argument(help="Stems; default: all.")] = None,
    p: Annotated[
        list[str] | None, typer.Option("-p", metavar="NAME VALUE", help="A parameter; needs --out.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the notebooks.")] = None,
    as_json: Json = False,
) -> None:
    """Execute chapters into clean notebooks; their outputs are what the site shows."""
    from liegan_book.cli import notebooks

    pairs = [item.partition("=") for item in p or []]
    parameters = {name: notebooks.parse_value(value) for name, _, value in pairs}
    written = notebooks.execute(chapters or [], parameters, out, report=not as_json)
    if as_json:
        typer.echo(json.dumps({"written": [str(path) for path in written]}))


@app.command(
    context_settings={
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "help_option_names": [],  # `liegan bench gpu --help` is the benchmark's own
    }
)
def bench(
    context: typer.Context, name: Annotated[str, typer.Argument(help="discovery, gpu, …")]
) -> None:
    """Run a benchmark of the checkout; what follows its name goes to it, --help too."""
    from liegan_book import paths

    if name == "--help":
        typer.echo(context.get_help())
        return
    folder = paths.root() / "benchmarks"
    script = folder / f"{name}.py"
    if not script.is_file():
        there = ", ".join(sorted(p.stem for p in folder.glob("[!_]*.py"))) or "none here"
        raise InputError(f"unknown benchmark {name!r}; there are: {there}")
    raise typer.Exit(subprocess.call([sys.executable, str(script), *context.args]))


def _joined(arguments: list[str]) -> list[str]:
    """Turn papermill's `-p NAME VALUE` into `-p NAME=VALUE`: typer takes no lists of pairs."""
    words, out = iter(arguments), list[str]()
    for word in words:
        out.append(word)
        if word == "-p":
            name = next(words, "")
            out.append(name if "=" in name else f"{name}={next(words, '')}")
    return out


def main() -> None:
    """Run the command line; an error of ours is one line on standard error and exit status 2."""
    try:
        app(args=_joined(sys.argv[1:]) if "execute" in sys.argv[1:2] else None)
    except LieganError as error:
        typer.echo(f"liegan: {error}", err=True)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
