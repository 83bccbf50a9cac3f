"""A second device for machines that have none: its numbers are the CPU's, but the two do not mix.

Tensors on it are wrappers that say they are on `meta` and hold a CPU tensor. Each call unwraps
them, works on the CPU and wraps what comes out; a call that meets tensors of both devices is an
error, as it is on a GPU, but for copies and for single numbers. So a step that runs here, and gives
the numbers that it gives on the CPU, has put every tensor where it belongs.
"""

import contextlib
from importlib import import_module

import pytest
import torch
from torch.optim import optimizer
from torch.utils import _foreach_utils
from torch.utils._mode_utils import no_dispatch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

DEVICE = torch.device("meta")


class MixedDevices(RuntimeError):  # noqa: N818 - as torch's own
    """A call met tensors of both devices."""


class There(torch.Tensor):
    """A tensor on the other device."""

    @staticmethod
    def __new__(cls, held):
        out = torch.Tensor._make_wrapper_subclass(
            cls,
            held.shape,
            strides=held.stride(),
            storage_offset=held.storage_offset(),
            dtype=held.dtype,
            device=DEVICE,
        )
        out.held = held
        return out

    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return call(func, args, kwargs or {})


def bring(x):
    return tree_map_only(There, lambda t: t.held, x)


def call(func, args, kwargs):
    tensors = [t for t in tree_leaves((args, kwargs)) if isinstance(t, torch.Tensor)]
    there = [t for t in tensors if isinstance(t, There)]
    target = kwargs.get("device")
    moves = func._schema.name in ("aten::_to_copy", "aten::copy_")
    # A number in a tensor of no dimension is welcome everywhere, as on a GPU.
    here = [t for t in tensors if not isinstance(t, There) and t.ndim]
    if there and here and not moves:
        raise MixedDevices(f"{func}: {[tuple(t.shape) for t in tensors]}")
    inner = dict(kwargs)
    if target is not None:
        inner["device"] = "cpu"
    out = func(*bring(args), **bring(inner))
    if there and torch.Tag.inplace_view in func.tags:  # the wrapper's shape is to follow
        with no_dispatch():
            func(*args, **kwargs)
    wrap = bool(there) if target is None else torch.device(target).type == DEVICE.type
    if func._schema.name == "aten::copy_":
        wrap = isinstance(args[0], There)
    known = {id(t.held): t for t in there}
    if not wrap:
        return out

    def put(t):
        if isinstance(t, There):
            return t
        return known[id(t)] if id(t) in known else There(t)

    return tree_map_only(torch.Tensor, put, out)


class _Mode(TorchDispatchMode):
    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return call(func, args, kwargs or {})


@contextlib.contextmanager
def other_device():
    """Have a device beside the CPU within the block; gives it."""
    autocast, enabled, low = (
        torch.autocast,
        torch.is_autocast_enabled,
        torch.get_autocast_dtype,
    )
    supported = [*_foreach_utils._get_fused_kernels_supported_devices(), DEVICE.type]
    swapped = torch.__future__.get_swap_module_params_on_conversion()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            torch, "autocast", lambda kind, *given, **told: autocast("cpu", *given, **told)
        )
        patch.setattr(torch, "is_autocast_enabled", lambda kind: enabled("cpu"))
        patch.setattr(torch, "get_autocast_dtype", lambda kind: low("cpu"))
        for module in (_foreach_utils, optimizer, import_module("torch.optim.adam")):
            patch.setattr(
                module, "_get_fused_kernels_supported_devices", lambda: supported, raising=False
            )
        torch.__future__.set_swap_module_params_on_conversion(True)
        try:
            with _Mode():
                yield DEVICE
        finally:
            torch.__future__.set_swap_module_params_on_conversion(swapped)
