"""What a piece of work asks of a machine: operations, bytes, calls, and what it keeps in between.

Products are counted by torch's own counter. Bytes are those of the program as it is written: every
call reads all its inputs and writes all its outputs, from and to memory. A compiler that joins
calls moves fewer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Counts:
    """Of one piece of work.

    Attributes:
        flop: floating-point operations of its matrix products, two for each multiply and add.
        moved: bytes that its calls read and write.
        calls: how many they are.
        saved: bytes that are kept for the backward pass.
    """

    flop: float
    moved: float
    calls: float
    saved: float

    def times(self, factor: float) -> Counts:
        """Return the counts of so many times the rows, in as many calls."""
        return Counts(self.flop * factor, self.moved * factor, self.calls, self.saved * factor)

    def floor(self, flops: float, bandwidth: float) -> float:
        """Return the least milliseconds, at so many operations and bytes a second."""
        return 1e3 * max(self.flop / flops, self.moved / bandwidth)


def _size(t: Tensor) -> int:
    """Return the bytes of a tensor; one that is expanded is read from what there is of it."""
    return min(t.numel() * t.element_size(), t.untyped_storage().nbytes())


class _Bytes(TorchDispatchMode):
    """Adds up the bytes of each call that is not merely another view of its input."""

    def __init__(self) -> None:
        super().__init__()
        self.moved = self.calls = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Make the call, and count it: what it reads, what it writes, what it makes."""
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        returns = [r.alias_info for r in func._schema.returns]
        if any(a is not None and not a.is_write for a in returns):
            return out
        self.calls += 1
        given = dict(zip((a.name for a in func._schema.arguments), args, strict=False)) | kwargs
        for argument in func._schema.arguments:
            written = argument.alias_info is not None and argument.alias_info.is_write
            times = 2 if written and not argument.is_out else 1
            self.moved += times * _bytes(given.get(argument.name))
        if not any(a is not None for a in returns):
            self.moved += _bytes(out)
        return out


def _bytes(value: Any) -> int:
    """Return the bytes of all tensors in a value."""
    return sum(_size(t) for t in tree_leaves(value) if isinstance(t, Tensor))


def count(work: Callable[[], Any]) -> Counts:
    """Do a piece of work once, and count what it asks for."""
    kept: dict[int, int] = {}

    def keep(t: Tensor) -> Tensor:
        kept[t.untyped_storage().data_ptr()] = t.untyped_storage().nbytes()
        return t

    flops, seen = FlopCounterMode(display=False), _Bytes()
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda t: t), flops, seen:
        work()
    return Counts(flops.get_total_flops(), seen.moved, seen.calls, sum(kept.values()))
