"""`liegan data VERB`: make, verify, simulate or download a data set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from liegan_min.base.errors import InputError

app = typer.Typer(no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]
Verify = Annotated[bool, typer.Option(help="Check the file instead of making it.")]


def whose(data: str | None) -> str | None:
    """Check an option --data before the command begins."""
    if data not in (None, "published", "ours"):
        raise InputError(f"--data must be published or ours, not {data!r}")
    return data


def show(content: Any, as_json: bool, text: str) -> None:
    """Print a result for people, or for programs."""
    typer.echo(json.dumps(content, indent=1, allow_nan=False) if as_json else text)


def _made(path: Path, as_json: bool) -> None:
    from liegan_min.base import files

    show({"file": str(path), "sha256": files.sha256(path)}, as_json, f"wrote {path}")


def committed(name: str, verify: bool, as_json: bool) -> None:
    """Make a committed data set, or verify it."""
    from liegan_book.datasets import recipes, store

    if not verify:
        _made(recipes.make(name), as_json)
        return
    path, difference, limit = store.path_of(name), recipes.verify(name), recipes.RECIPES[name].limit
    content = {"file": str(path), "difference": difference, "verified": difference < limit}
    show(content, as_json, f"difference from the recipe: {difference:.1e} (limit {limit:.0e})")
    if difference >= limit:
        raise InputError(f"{name}: the file is not what its recipe makes; run: liegan data {name}")


@app.command("two-body")
def two_body(verify: Verify = False, as_json: Json = False) -> None:
    """Orbits of the poster's protocol: training ones start below, test ones above."""
    committed("two-body", verify, as_json)


@app.command("two-body-full")
def two_body_full(verify: Verify = False, as_json: Json = False) -> None:
    """Orbits that start at any angle: the control."""
    committed("two-body-full", verify, as_json)


Local = Annotated[
    Path | None, typer.Option(help="The authors' file or its folder, if you have it.")
]


@app.command("two-body-published")
def two_body_published(local: Local = None, as_json: Json = False) -> None:
    """The authors' own two-body orbits: downloaded, checked, kept as plain arrays in data/cache."""
    from liegan_book.datasets import published

    _made(published.make(local, progress=not as_json), as_json)


@app.command()
def released(local: Local = None, as_json: Json = False) -> None:
    """The matrices that the authors saved with their code: downloaded to data/cache, checked."""
    from liegan_book.datasets import released

    paths = [str(path) for path in released.fetch(local, progress=not as_json)]
    show({"files": paths}, as_json, "\n".join(f"there: {path}" for path in paths))


@app.command("jets-leading")
def jets_leading(verify: Verify = False, as_json: Json = False) -> None:
    """The leading constituents of 100,000 jets; made in 20 minutes on two cores (extra `jets`)."""
    committed("jets-leading", verify, as_json)


@app.command()
def jets(
    out: Annotated[
        Path | None,
        typer.Option(help="File for new jets, .h5 or .npz; default: the committed sample."),
    ] = None,
    number: Annotated[
        int | None, typer.Option("--jets", help="How many, half of them top; default: 100,000.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="In --out; default: train.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of every draw, in --out; default: 0.")] = None,
    verify: Verify = False,
    as_json: Json = False,
) -> None:
    """Simulate jets (extra `jets`): the committed sample, or with --out as many as you want.

    An .h5 has the public benchmark's layout; an .npz has no --split and a tenth of the size. A
    killed run takes up where it was.
    """
    if out is None:
        if (number, split, seed) != (None, None, None):
            raise InputError("--jets, --split and --seed describe new jets; add --out FILE")
        committed("jets", verify, as_json)
        return
    if verify:
        raise InputError("--verify checks the committed sample; leave --out away")
    from liegan_book.datasets import top_tagging
    from liegan_book.datasets.jets import storage
    from liegan_min.base import files

    if out.suffix == ".npz" and split is not None:
        raise InputError("--split is for the benchmark's layout; leave it away, or name an .h5")
    if out.suffix not in (".npz", ".h5", ".hdf5"):
        raise InputError(f"--out must end in .h5 or .npz, which says the format, not {out.name!r}")
    number = 100_000 if number is None else number
    split, seed = split or "train", seed or 0
    if split not in top_tagging.TTV:
        raise InputError(f"--split must be {', '.join(top_tagging.TTV)}, not {split!r}")
    if number < 2 or number % 2 or seed < 0:
        raise InputError(f"--jets must be even and --seed not negative, not {number} and {seed}")
    files.check_writable(out)
    if out.suffix == ".npz":
        storage.write(out, storage.make(seed, number))
    else:
        top_tagging.write(out, storage.make(seed, number), top_tagging.TTV[split])
    _made(out, as_json)


@app.command("top-tagging")
def top_tagging(
    split: Annotated[str, typer.Argument(help="train, validation or test")] = "train",
    out: Annotated[Path | None, typer.Option(help="Folder; default: data/cache.")] = None,
    as_json: Json = False,
) -> None:
    """Download the public benchmark: checked by checksum, resumed if it was cut off."""
    from liegan_book import paths
    from liegan_book.datasets import download

    path = download.fetch(split, out or paths.cache(), progress=not as_json)
    show({"file": str(path)}, as_json, f"there: {path}")
