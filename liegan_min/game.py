"""The adversarial game: two players, one step at a time."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from liegan_min import losses
from liegan_min.config import GameConfig
from liegan_min.discriminator import Discriminator
from liegan_min.generator import LieGenerator, YKind

#: The columns of the history, one row per epoch.
TERMS = ("critic", "generator", "cosine")


class Game:
    """The state of a game between a generator and a critic, and the rule of one step.

    Each step both players move from the same position: the generator's gradient is taken against
    the critic as it stands, and the critic's on data that the old generator moved. That is the
    published order; `losses.judge` gives both gradients in one pass.

    Args:
        config: the settings.
        k: dimension of the vectors.
        inputs: numbers that the critic sees.
        y_kind: how y answers to g.
        mask: (k, k), the search space of L.
        classes: number of labels, if y is one.
        scale: (inputs,), the spread of the critic's inputs, if it is to divide by it.
        seed: of the start, the batches, and the coefficients.
        device: where the tensors live.
    """

    def __init__(
        self,
        config: GameConfig,
        k: int,
        inputs: int,
        *,
        y_kind: YKind = "vector",
        mask: Tensor | None = None,
        classes: int = 0,
        scale: Tensor | None = None,
        seed: int = 0,
        device: torch.device | None = None,
    ) -> None:
        self.config = config
        self.device = device or torch.device("cpu")
        self.rng = torch.Generator().manual_seed(seed)
        self.generator = LieGenerator(
            k,
            config.distribution(),
            mask=mask,
            init_scale=config.init_scale,
            y_kind=y_kind,
            rng=self.rng,
        ).to(self.device)
        # nn.Linear draws its start from the global generator: seed it, then put it back.
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.critic = Discriminator(inputs, config.hidden, classes=classes, scale=scale)
        self.critic.to(self.device)
        moving = [p for p in self.generator.parameters() if p.requires_grad]
        self.moving: list[nn.Parameter] = moving
        self.opt_generator = torch.optim.Adam(
            moving, lr=config.lr_generator, betas=(config.beta1_generator, 0.999), fused=True
        )
        self.opt_critic = torch.optim.Adam(
            self.critic.parameters(), lr=config.lr_critic, fused=True
        )
        self.steps = self.epochs = 0
        self.average = torch.zeros_like(self.generator.free)

    def step(self, x: Tensor, y: Tensor | None) -> Tensor:
        """Play one step on a batch: x, (b, t, k), and y. Returns the terms, (len(TERMS),)."""
        c = self.config
        gx, gy = self.generator(x, y, self.rng)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=c.amp):
            verdict = losses.judge(self.critic, x, y, gx, gy, c.reject)
        same = losses.cosine(gx, x)
        penalty = c.cosine * same
        if c.channels > 1 and c.correlation:
            penalty = penalty + c.correlation * losses.correlation(self.generator.L)
        if c.norm:
            penalty = penalty + c.norm * losses.norm(self.generator.L, c.norm_order)

        moved = [gx] if verdict.pull_y is None else [gx, gy]
        pulls = [p for p in (verdict.pull_x, verdict.pull_y) if p is not None]
        grads = torch.autograd.grad(
            [penalty, *moved], self.moving, [torch.ones_like(penalty), *pulls], allow_unused=True
        )
        for parameter, grad in zip(self.moving, grads, strict=True):
            parameter.grad = grad
        for parameter, grad in zip(self.critic.parameters(), verdict.critic_grads, strict=True):
            parameter.grad = grad
        self.opt_generator.step()
        self.opt_critic.step()
        self.steps += 1
        self.average.lerp_(self.generator.free.detach(), 1 - c.ema)
        return torch.stack([verdict.critic_loss, verdict.generator_loss, same.detach()])

    def epoch(self, x: Tensor, y: Tensor | None) -> Tensor:
        """Play through the data once, in a new order. Returns the mean of the terms."""
        order = torch.randperm(len(x), generator=self.rng).to(x.device)
        total = torch.zeros(len(TERMS), device=self.device)
        left = 1 - self.epochs / self.config.epochs if self.config.anneal else 1.0
        self.opt_generator.param_groups[0]["lr"] = self.config.lr_generator * left
        self.opt_critic.param_groups[0]["lr"] = self.config.lr_critic * left
        # A last batch of one or two would let single points steer the game: leave it for next time.
        batches = [
            b for b in torch.split(order, self.config.batch) if 2 * len(b) >= self.config.batch
        ]
        for rows in batches:
            total += self.step(x[rows], None if y is None else y[rows])
        self.epochs += 1
        return total / len(batches)

    @property
    def L(self) -> Tensor:  # noqa: N802 - the paper's symbol
        """The averaged basis, (c, k, k), free of the zeros that the average started from."""
        weight = 1 - self.config.ema ** max(self.steps, 1)
        return (self.average / weight * self.generator.mask).detach()

    def tensors(self) -> dict[str, Tensor]:
        """Everything that a later process needs to play on exactly as this one would."""
        state = {"rng": self.rng.get_state(), "average": self.average}
        for name, module in (("generator", self.generator), ("critic", self.critic)):
            state |= {f"{name}.{k}": v for k, v in module.state_dict().items()}
        for name, optimiser in (("opt_g", self.opt_generator), ("opt_c", self.opt_critic)):
            for i, moments in optimiser.state_dict()["state"].items():
                state |= {f"{name}.{i}.{k}": v for k, v in moments.items()}
        return state

    def restore(self, state: dict[str, Tensor], steps: int, epochs: int) -> None:
        """Take up the position that `tensors` described.

        Raises:
            KeyError, RuntimeError: if the tensors are those of another game.
        """

        def part(prefix: str) -> dict[str, Tensor]:
            return {
                k.removeprefix(prefix + "."): v
                for k, v in state.items()
                if k.startswith(prefix + ".")
            }

        self.generator.load_state_dict(part("generator"))
        self.critic.load_state_dict(part("critic"))
        for name, optimiser in (("opt_g", self.opt_generator), ("opt_c", self.opt_critic)):
            moments: dict[int, dict[str, Tensor]] = {}
            for key, value in part(name).items():
                i, field = key.split(".", 1)
                moments.setdefault(int(i), {})[field] = value
            groups = optimiser.state_dict()["param_groups"]
            optimiser.load_state_dict({"state": moments, "param_groups": groups})
        self.average.copy_(state["average"])
        self.rng.set_state(state["rng"])
        self.steps, self.epochs = steps, epochs
