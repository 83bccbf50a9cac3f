"""How each method plays a task of the comparison, and what it then draws."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from liegan_book.baselines.augerino import AugerinoConfig, augerino
from liegan_book.baselines.carried import Carried, CarriedElement
from liegan_book.baselines.msr import MSRConfig, msr
from liegan_book.baselines.symmetrygan import Element, SymmetryGAN, discover_element
from liegan_book.datasets import comparison
from liegan_book.experiments.metrics.comparison import DRAWS, Answer, draw, powers
from liegan_book.experiments.metrics.discovery import rounded
from liegan_min.base.options import RunOptions
from liegan_min.game.discovery import Discovery, play_game
from liegan_min.game.game import Game
from liegan_min.game.generator import LieGenerator, YKind
from liegan_min.game.pairs import as_pairs
from liegan_min.game.restarts import Restart, RestartsConfig, loss_at_end, one_by_one


class FromRotations(Game):
    """LieGAN's game from a start in so(k): exp(wL) is then a rotation, however large L is.

    Integer coefficients need large L: where a group has a smallest rotation, a start below half of
    it falls back to the identity. A large start that also stretches is thrown far off by exp.
    """

    def make_generator(self, k: int, mask: Tensor | None, y_kind: YKind) -> LieGenerator:
        """Return the player that moves the data; only its start is in so(k), gl(k) is open."""
        generator = super().make_generator(k, mask, y_kind)
        with torch.no_grad():
            free = generator.free
            free.copy_((free - free.mT) / 2)
        return generator


#: Of LieGAN's game.
RULES: dict[str, type[Game]] = {
    "discrete": FromRotations,
    "continuous": Game,
    "given-subset": Carried,
    "unknown-subset": Carried,
}


def _kept(
    row: str,
    config: RestartsConfig,
    options: RunOptions,
    once: Callable[[comparison.Task, RunOptions], Restart[Any]],
    answer: Callable[[comparison.Task, Restart[Any], float], Answer],
) -> Answer:
    """Play a game on a task from each start, and answer with what was kept."""
    begun, task = time.perf_counter(), comparison.task(row, options.seed)
    played, kept = one_by_one(
        lambda seed: once(task, replace(options, seed=seed, checkpoint=None)),
        options.seed,
        config.restarts,
    )
    found = answer(task, played[kept], time.perf_counter() - begun)
    arrays = {
        "restarts_loss": rounded([r.loss for r in played]),
        "restarts_moved": rounded([r.moved for r in played]),
    }
    return replace(
        found,
        metrics={"discriminator_loss": played[kept].loss, "kept": kept},
        arrays=found.arrays | arrays,
    )


def _liegan(
    config: RestartsConfig, options: RunOptions, *, row: str, one_law: bool = False
) -> Answer:
    def once(task: comparison.Task, options: RunOptions) -> Restart[Discovery]:
        within = task.given if row == "given-subset" else None
        pairs = as_pairs(task.seen, task.y, "label") if one_law else task.pairs()
        rules = Game if one_law else RULES[row]
        found = play_game(pairs, config, rules=rules, within=within, options=options)
        return Restart(found, draw(found), loss_at_end(found.history))

    def answer(task: comparison.Task, kept: Restart[Discovery], seconds: float) -> Answer:
        bases = kept.found.bases[:, 0]
        return Answer(task, kept.draws, seconds, L=bases[-1], bases=bases)

    return _kept(row, config, options, once, answer)


def _symmetrygan(config: RestartsConfig, options: RunOptions, *, row: str) -> Answer:
    def once(task: comparison.Task, options: RunOptions) -> Restart[Element]:
        rules = CarriedElement if task.carried else SymmetryGAN
        found = discover_element(task.pairs(), config, rules=rules, options=options)
        return Restart(found, found.g[None], loss_at_end(found.course.history))

    def answer(task: comparison.Task, kept: Restart[Element], seconds: float) -> Answer:
        g = kept.found.g
        return Answer(task, powers(g, task.truth), seconds, arrays={"element": rounded(g)})

    return _kept(row, config, options, once, answer)


def _augerino(
    config: AugerinoConfig, options: RunOptions, *, row: str, two_laws: bool = False
) -> Answer:
    task = comparison.task(row, options.seed)
    # A label is predicted from the upright points: how far may they turn and still be told apart?
    pairs = as_pairs(task.x, task.y, "label") if task.carried else task.pairs()
    if two_laws:  # … and from the seen ones as well: it knows no way to tell the two laws apart
        pairs = as_pairs(torch.cat([task.x, task.seen]), torch.cat([task.y, task.y]), "label")
    found = augerino(pairs, task.given, config, options=options)
    curve = found.history[:: max(1, len(found.history) // 100), 1:]
    arrays = {"range": rounded(found.r), "range_curve": rounded(curve)}
    return Answer(task, found.draw(DRAWS), found.seconds, arrays=arrays)


def _msr(config: MSRConfig, options: RunOptions, *, row: str, commutant: bool = False) -> Answer:
    task = comparison.task(row, options.seed)
    found = msr(task.x, task.y, config, options=options)
    arrays = {"draws": rounded(found.permutations()), "weights": rounded(found.weights)}
    if not commutant:
        return Answer(task, found.permutations(), found.seconds, arrays=arrays)
    L = found.commutant(task.given)
    rng = torch.Generator().manual_seed(0)
    w = math.pi * (2 * torch.rand(DRAWS, L.dim, generator=rng, dtype=torch.float64) - 1)
    arrays = {"commutant": rounded(L.basis), "weights": arrays["weights"]}
    return Answer(task, L.exp(w), found.seconds, arrays=arrays)


#: By the method's name.
PLAYS: dict[str, Callable[..., Answer]] = {
    "msr": _msr,
    "augerino": _augerino,
    "symmetrygan": _symmetrygan,
    "liegan": _liegan,
}
