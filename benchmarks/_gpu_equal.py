"""Is a GPU's answer the CPU's? A step of a game, and loss and gradient of EMLP and of LorentzNet.

Both get the same weights and inputs. What is compared: what comes out, and the gradients, those of
a player or of a network as one vector. The difference is the root of its mean square, in units of
the reference's spread (its standard deviation); of several the largest counts. The reference is the
CPU in float64. Float64 has to agree to 1e-9, float32 to 1e-4, or to three times what float32 costs
on the CPU itself, if that is more: a gradient through a dozen batch normalisations loses digits
wherever it is taken. TF32 rounds the inputs of products to 10 bits; it is off, and measured beside
them without a bar.

Repeats: whether two trainings on the device end in the very same weights, first as torch is, with a
fixed workspace for its products, then with its deterministic algorithms, which sum in one order.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from liegan_book.datasets.jets import storage
from liegan_book.experiments import BLOCKS, SO2, two_body_pairs
from liegan_min.base.seeding import seeded
from liegan_min.equivariant.emlp import EMLP
from liegan_min.equivariant.exact import products
from liegan_min.equivariant.jet_graph import JetGraphs
from liegan_min.equivariant.lorentznet import LorentzNet
from liegan_min.equivariant.reps import V
from liegan_min.game.config import GameConfig
from liegan_min.game.game import Game

#: Largest difference, in units of the spread …
BARS = {torch.float64: 1e-9, torch.float32: 1e-4}
#: … or this many times what the type costs on the CPU.
ROUNDING = 3.0

#: Where, in which type, whether small -> what came out.
Case = Callable[[str, torch.dtype, bool], dict[str, Tensor]]


def gradients(parameters: Any) -> Tensor:
    """Return all gradients as one vector."""
    return torch.cat([p.grad.flatten() for p in parameters if p.grad is not None])


def started(device: str, small: bool) -> Game:
    """Return the poster's two-body game at its start."""
    config = GameConfig(hidden=(32, 32) if small else (512, 512))
    where = torch.device(device)
    return Game(config, 8, 16, mask=BLOCKS, seed=1, device=where)


def game(device: str, dtype: torch.dtype, small: bool) -> dict[str, Tensor]:
    """One step of a game: the logits, both players' gradients, and the L it ends with."""
    play, pairs = started(device, small), two_body_pairs()
    play.generator.to(dtype)
    play.discriminator.to(dtype)
    play.average = play.average.to(dtype)
    assert pairs.y is not None
    rows = slice(play.config.batch)
    seen = play.step(pairs.x[rows].to(device, dtype), pairs.y[rows].to(device, dtype))
    players = play.generator_params, play.discriminator_params
    return {
        "logits": torch.cat([seen.real, seen.moved]),
        "generator's gradient": gradients(players[0]),
        "discriminator's gradient": gradients(players[1]),
        "L": play.generator.L.detach(),
    }


def _answered(net: nn.Module, answer: Tensor, loss: Tensor) -> dict[str, Tensor]:
    loss.backward()  # type: ignore[no-untyped-call]
    return {"answer": answer.detach(), "gradient": gradients(net.parameters())}


def emlp(device: str, dtype: torch.dtype, small: bool) -> dict[str, Tensor]:
    """Answer and gradient of an equivariant perceptron of two-body size."""
    with seeded(1):
        net = EMLP(SO2, 5, 5, 5 * V, 1 if small else 3)
        x, y = torch.randn(2, 100 if small else 1000, 5, SO2.k, dtype=torch.float64)
    net.to(device, dtype)
    answer = net(x.to(device, dtype))
    return _answered(net, answer, (answer - y.to(device, dtype)).square().mean())


def tagger(device: str, small: bool) -> tuple[LorentzNet, JetGraphs, Any]:
    """Return LorentzNet at its start, jets, and a batch of them."""
    with seeded(1):
        net = LorentzNet(hidden=8, layers=2, dropout=0) if small else LorentzNet(dropout=0)
    jets = storage.load("train").take(slice(8 if small else 16))
    # One way to cut a batch into blocks, whatever the device.
    return net.to(device), JetGraphs(jets, device=device, edges=100_000), np.arange(len(jets))


def lorentznet(device: str, dtype: torch.dtype, small: bool) -> dict[str, Tensor]:
    """Answer and gradient of the tagger."""
    net, jets, rows = tagger(device, small)
    net.to(dtype)
    graphs, rows = jets.batch(rows)
    graphs = graphs.to(dtype)
    # What is below rounding of a mass depends on the type: the scalars come from float32.
    answer = net.decide(net.scalars(graphs), graphs)
    label = jets.label[torch.from_numpy(rows).to(device)].to(dtype)
    return _answered(net, answer, cross_entropy(answer, label))


CASES: dict[str, Case] = {"game": game, "emlp": emlp, "lorentznet": lorentznet}


def apart(found: dict[str, Tensor], reference: dict[str, Tensor]) -> float:
    """Return how far what was found is from the reference, in its spreads; infinity for NaN."""
    worst = 0.0
    for name, value in reference.items():
        want, got = value.double().cpu(), found[name].double().cpu()
        assert want.shape == got.shape, f"{name}: {tuple(got.shape)}, not {tuple(want.shape)}"
        difference = (got - want).square().mean().sqrt() / want.std()
        worst = max(worst, float(difference.nan_to_num(nan=torch.inf)))
    return worst


def tf32(on: bool) -> AbstractContextManager[None]:
    """Allow float32 products to round their inputs to TF32, or not; then put it back."""
    return products("high" if on else "highest")


def trained(name: str, device: str, small: bool) -> Tensor:
    """Take a few training steps, and return all weights as one vector."""
    if name == "game":
        play, pairs = started(device, small), two_body_pairs().take(torch.arange(1280))
        assert pairs.y is not None
        play.epoch(pairs.x.to(device), pairs.y.to(device))
        weights = [*play.generator_params, *play.discriminator_params]
        return torch.cat([p.detach().flatten() for p in weights]).cpu()
    net, jets, rows = tagger(device, small)
    adam = torch.optim.AdamW(net.parameters(), 1e-3, fused=True)
    for _ in range(5):
        graphs, order = jets.batch(rows)
        label = jets.label[torch.from_numpy(order).to(device)]
        adam.zero_grad()
        cross_entropy(net(graphs), label).backward()
        adam.step()
    return torch.cat([p.detach().flatten() for p in net.parameters()]).cpu()


def repeats(name: str, device: str, small: bool) -> bool:
    """Whether two trainings on the device end in the very same weights."""
    return torch.equal(*(trained(name, device, small) for _ in range(2)))


def measure(device: str, small: bool) -> Iterator[dict[str, float | bool | None]]:
    """Yield the differences by case and type, then what repeats; "holds": all are in their bars."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # or products may vary
    holds = True
    for name, case in CASES.items():
        reference = case("cpu", torch.float64, small)
        cost = apart(case("cpu", torch.float32, small), reference)
        found: dict[str, float | bool | None] = {f"{name}.float32 on the CPU": cost}
        for dtype, bar in BARS.items():
            with tf32(False):
                difference = apart(case(device, dtype, small), reference)
            found[f"{name}.{str(dtype)[6:]}"] = difference
            if dtype == torch.float32:
                bar = max(bar, ROUNDING * cost)
            holds &= difference <= bar
        with tf32(True):
            found[f"{name}.tf32"] = apart(case(device, torch.float32, small), reference)
        yield found
    yield {"holds": holds}
    for name in ("game", "lorentznet"):
        yield {f"{name}.repeats": repeats(name, device, small)}
        torch.use_deterministic_algorithms(True)
        try:
            same: bool | None = repeats(name, device, small)
        except RuntimeError as error:
            if "determinis" not in str(error):  # else a call has no such algorithm
                raise
            print(f"{name}, deterministic: {error}", file=sys.stderr)
            same = None
        finally:
            torch.use_deterministic_algorithms(False)
        yield {f"{name}.repeats, deterministic": same}
