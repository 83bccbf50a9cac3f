"""What the page on a GPU shows of the records of the experiment `gpu`. Needs the extra `book`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd

from liegan_book.publishing.figures import DATA, LEARNED
from liegan_book.publishing.page import table
from liegan_book.records import Record

#: Records of the experiment by method.
Runs = Mapping[str, Record]

#: Taggers and games, by their methods.
TAGGERS = {"lorentznet": "LorentzNet", "liegnn": "LieGNN"}
GAMES = {"two-body-seeds": "so(2) of two bodies", "cyclic-seeds": "a rotation of order 7"}


def _told(value: float | None, form: str = ".3g") -> str:
    return "–" if value is None else format(value, form)


def card(runs: Runs) -> Any:
    """Show what the runs ran on."""
    machines = {r.machine.model_dump_json(): r.machine for r in runs.values()}.values()
    head = ("device", "memory", "driver", "CUDA", "PyTorch", "TF32")
    rows = []
    for m in machines:
        c = m.card
        on = (c.name, f"{c.memory_gb} GB", c.driver, c.cuda) if c else (m.cpu, "–", "–", "–")
        rows.append((*on, m.torch, "on" if c and c.tf32 else "off"))
    return table(head, rows, "What these runs ran on", "tab-gpu-card")


def equal(run: Record) -> Any:
    """Show how far the device is from the CPU in float64, in units of the spread."""
    kinds = ("float64", "float32", "float32 on the CPU", "tf32")
    head = (
        "step",
        "float64",
        "float32",
        "float32 on the CPU",
        "TF32",
        "repeats",
        "repeats, deterministic",
    )
    cases = dict.fromkeys(name.partition(".")[0] for name in run.metrics if "." in name)
    rows = [
        (
            case,
            *(_told(run.metrics.get(f"{case}.{kind}"), ".1e") for kind in kinds),
            *(_said(run, f"{case}.{what}") for what in ("repeats", "repeats, deterministic")),
        )
        for case in cases
    ]
    held = "are held" if run.metrics.get("holds") else "are not held"
    caption = (
        "Distance from the CPU's float64, its root mean square over the spread of the answer; the "
        f"bars, 1e-9 and 1e-4 or three times the CPU's own, {held}"
    )
    return table(head, rows, caption, "tab-gpu-equal")


def _said(run: Record, name: str) -> str:
    value = run.metrics.get(name)
    return "–" if value is None else "yes" if value else "no"


def named(step: str) -> str:
    """Return what a step is called: the number is its batch, or what the name says."""
    kind, *rest = step.replace("two-body", "two_body").split("-")
    if kind == "cyclic":
        return f"{rest[0]} restarts in one stack"
    name = {"two_body": "two-body game", "jets": "jet game", "lorentznet": "LorentzNet"}[kind]
    blocks = f", blocks of {int(rest[-1]):,} edges" if len(rest) > 1 else ""
    return f"{name}, batch {rest[0]}{blocks}"


def lines(run: Record) -> pd.DataFrame:
    """Return the timings: a row for each step and way, a column for each thing measured."""
    parts = [
        (*name.split(".", 2), value)
        for name, value in run.metrics.items()
        if not name.startswith("card.")
    ]
    frame = pd.DataFrame(parts, columns=["step", "way", "what", "value"])
    wide = frame.pivot_table(index=["step", "way"], columns="what", values="value", sort=False)
    asked = ["ms", "times the floor", "compiled ms", "published ms", "peak GB", "failed"]
    return wide.reindex(columns=asked)


def speed(run: Record) -> Any:
    """Show milliseconds of a step, plain and compiled, beside the floor and the published one."""
    head = ("step", "products in", "ms", "times the floor", "compiled, ms", "published, ms", "GB")
    rows = []
    for step, way, *numbers, failed in lines(run).reset_index().itertuples(index=False):
        ms, floor, *others, peak = (_told(None if pd.isna(v) else float(v)) for v in numbers)
        if not pd.isna(failed):
            others = ["failed" if other == "–" else other for other in others]
        rows.append((named(str(step)), way, ms, floor, *others, peak))
    caption = "A training step; the floor is that of its products and its bytes at the GPU's best"
    return table(head, rows, caption, "tab-gpu-speed")


def seeds(runs: Runs) -> Any:
    """Show how many of the seeds found what there is."""
    head = ("game", "seeds", "found it", "share", "95 % interval", "epochs")
    rows = []
    for method, name in GAMES.items():
        if method in runs:
            m = runs[method].metrics
            interval = f"{m['rate_low']:.3f} to {m['rate_high']:.3f}"
            share = f"{m['rate']:.3f}"
            rows.append((name, m["seeds"], m["successes"], share, interval, m["epochs"]))
    return table(head, rows, "The poster's settings, many seeds at once", "tab-gpu-seeds")


def taggers(runs: Runs) -> Any:
    """Show the taggers on the test jets, after as many epochs as there was time for."""
    head = (
        "tagger",
        "epochs",
        "accuracy",
        "AUROC",
        "1/ε_B(0.5)",
        "1/ε_B(0.3)",
        "jets a second",
    )
    names = ("accuracy", "auroc", "rejection_50", "rejection_30", "jets_per_second")
    forms = (".4f", ".4f", ".0f", ".0f", ".0f")
    rows = [
        (
            name,
            f"{runs[method].metrics['epochs']} of {runs[method].config['epochs']}",
            *(_told(runs[method].metrics[k], form) for k, form in zip(names, forms, strict=True)),
        )
        for method, name in TAGGERS.items()
        if method in runs
    ]
    jets = next(runs[m].metrics["training_jets"] for m in TAGGERS if m in runs)
    return table(
        head, rows, f"The published recipe on {jets:,} jets, as far as it got", "tab-gpu-taggers"
    )


def curves(runs: Runs) -> None:
    """Draw the taggers' losses and their accuracy on the validation jets, epoch by epoch."""
    _, (left, right) = plt.subplots(1, 2, figsize=(7.6, 3.2))
    for (method, name), ink in zip(TAGGERS.items(), (LEARNED, DATA), strict=True):
        if method not in runs:
            continue
        trained, validated, right_of = zip(*runs[method].arrays["history"], strict=True)
        epochs = range(1, len(trained) + 1)
        left.plot(epochs, trained, "--", color=ink)
        left.plot(epochs, validated, "o-", color=ink, ms=4, label=name)
        right.plot(epochs, right_of, "o-", color=ink, ms=4, label=name)
    left.set(xlabel="epoch", ylabel="loss (dashed: training)")
    right.set(xlabel="epoch", ylabel="accuracy on validation jets")
    right.legend()
    plt.show()


def tables(runs: Runs) -> list[Any]:
    """Return the tables of what there are records of."""
    shown = [card(runs)] if runs else []
    shown += [equal(runs["equal"])] if "equal" in runs else []
    shown += [speed(runs["speed"])] if "speed" in runs and len(lines(runs["speed"])) else []
    shown += [seeds(runs)] if runs.keys() & GAMES.keys() else []
    return shown + ([taggers(runs)] if runs.keys() & TAGGERS.keys() else [])
