"""States of what can be resumed, to keep and to compare."""

import copy

import torch


def snapshot(resumable):
    """Return a copy of its state, which later steps leave alone."""
    return copy.deepcopy(resumable.state())


def same(a, b):
    """Whether two states hold the very same, at every depth."""
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)
