"""Time an equivariant network of two-body size: ours beside the published package, in one run.

    liegan bench emlp [--python PATH]

PATH: the interpreter of an environment with the package `emlp`. It cannot share ours: it is tested
with older versions of jax than most have today. One that works, with Python 3.11:

    python -m venv ENV && ENV/bin/pip install "emlp==1.0.3" "jax<0.8" six

All times are CPU time, ours of one thread. Bases: of a learned so(2) on (q1, p1, q2, p2), the first
record of LieGAN, for the whole network; it is built from nothing in every round.

A training step is a forward and a backward pass and a step of Adam, float32, batch 1000, from five
vectors to five, three blocks of five vectors, under the exact so(2). Ours, the package's (compiled
as a whole, and called once before the clock starts) and the bare matrix products of our step take
turns; ratios are medians over the rounds. The nets are alike in shape, not the same: the package
draws its products at random, and ours takes all invariant forms.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from statistics import median
from typing import Any

from _timing import cpu, ratio, show

VECTORS, BLOCKS, BATCH, RATE = 5, 3, 1000, 1e-4


def published(basis: list[Any]) -> Callable[[], Any]:
    """Return a training step of the package's network, compiled; ends when its numbers exist."""
    sys.path.pop(0)  # the folder of this file, which bears the package's name
    import jax.numpy as jnp
    import numpy as np
    import objax
    from emlp.groups import Group
    from emlp.nn import EMLP
    from emlp.reps import V

    class Given(Group):  # type: ignore[misc]
        def __init__(self) -> None:
            self.lie_algebra = np.array(basis)
            super().__init__()

    net = EMLP(VECTORS * V, VECTORS * V, Given(), ch=VECTORS * V, num_layers=BLOCKS)
    size = (BATCH, VECTORS * len(basis[0]))
    x, y = (jnp.array(np.random.default_rng(i).normal(size=size), jnp.float32) for i in (0, 1))
    adam = objax.optimizer.Adam(net.vars())

    @objax.Function.with_vars(net.vars())  # type: ignore[untyped-decorator]
    def loss(x: Any, y: Any) -> Any:
        return ((net(x) - y) ** 2).mean()

    gradient = objax.GradValues(loss, net.vars())

    @objax.Function.with_vars(net.vars() + adam.vars())  # type: ignore[untyped-decorator]
    def step(x: Any, y: Any) -> Any:
        g, value = gradient(x, y)
        adam(RATE, g)
        return value

    compiled = objax.Jit(step)
    return lambda: compiled(x, y)[0].block_until_ready()


def serve() -> None:
    """Be the other process: read the basis, then a number of steps a line; answer with times."""
    work = published(json.loads(sys.stdin.readline()))
    work()
    print("ready", flush=True)
    for line in sys.stdin:
        print(1e3 * cpu(work, int(line)), flush=True)


class Package:
    """The package in its own environment: stays alive, and works only when asked to."""

    def __init__(self, python: str, basis: list[Any]) -> None:
        env = os.environ | {
            "OMP_NUM_THREADS": "1",
            "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
            "JAX_PLATFORMS": "cpu",
        }
        command = [python, "-W", "ignore", __file__, "--serve"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
        )
        if self.ask(json.dumps(basis)) != "ready":
            sys.exit(f"{python} cannot run the package `emlp`; see above, and --help for versions")

    def ask(self, line: str) -> str:
        """Send a line and return the next one of the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return ""
        while answer := self.process.stdout.readline():
            if answer.strip() == "ready" or answer[:1].isdigit():
                return answer.strip()
        return ""

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def learned() -> Any:
    """Return the generator of the first record of LieGAN on two-body orbits, (1, 8, 8)."""
    import torch

    from liegan_book import paths

    name = paths.root() / "data/results/two-body-discovery/liegan/paper-s0.json"
    return torch.tensor(json.loads(name.read_text())["arrays"]["basis"], dtype=torch.float64)


def measure(python: str | None, rounds: int, steps: int) -> dict[str, Any]:
    """Time everything in turn; return milliseconds and ratios."""
    import torch

    from liegan_book.experiments import SO2
    from liegan_min.equivariant.emlp import EMLP
    from liegan_min.equivariant.reps import V

    torch.set_num_threads(1)
    L, channels = learned(), VECTORS * V

    def build() -> None:
        EMLP(L, VECTORS, VECTORS, channels, BLOCKS)

    net = EMLP(SO2, VECTORS, VECTORS, channels, BLOCKS)
    x, y = torch.randn(2, BATCH, VECTORS, SO2.k)
    adam = torch.optim.Adam(net.parameters(), RATE, fused=True)

    def step() -> None:
        adam.zero_grad()
        (net(x) - y).square().mean().backward()
        adam.step()

    d = VECTORS * SO2.k
    h, W = torch.randn(BATCH, d), torch.randn(d, d)

    def products() -> None:
        for _ in range(2 * BLOCKS + 1):  # linear maps, and forms: there, and back to W and to h
            h @ W, h @ W, h.T @ h

    work: dict[str, Callable[[], float]] = {
        "bases": lambda: cpu(build, 3),
        "ours": lambda: 1e3 * cpu(step, steps),
        "products": lambda: 1e3 * cpu(products, steps),
    }
    package = Package(python, SO2.basis.tolist()) if python else None
    if package is not None:
        work["package"] = lambda: float(package.ask(str(max(1, steps // 10))))
    step()
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, timed in work.items():
            times[name].append(timed())
    if package is not None:
        package.close()
    result: dict[str, Any] = {
        "all bases of a learned so(2), s": max(times["bases"]),
        "our step, ms": median(times["ours"]),
        "its bare matrix products, ms": median(times["products"]),
    }
    pairs = [("ours", "products")]
    if package is not None:
        result["the package's step, ms"] = median(times["package"])
        pairs.append(("package", "ours"))
    for top, bottom in pairs:
        result[f"{top} / {bottom}"] = ratio(times, top, bottom)
    return result


def main() -> None:
    """Parse the command line and print the times."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--python", help="interpreter of an environment with `emlp`")
    parser.add_argument("--rounds", type=int, default=9, help="rounds, at least 1")
    parser.add_argument("--steps", type=int, default=100, help="steps of ours in a round")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.serve:
        serve()
        return
    result = measure(a.python, a.rounds, a.steps)
    show(result, a.json, digits=3)


if __name__ == "__main__":
    main()
