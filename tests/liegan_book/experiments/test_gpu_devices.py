"""What runs on a GPU, on a device that will not mix with the CPU: the very same records."""

import pytest

from liegan_book import experiments
from liegan_min.base.options import RunOptions
from tests.helpers.other_device import other_device


@pytest.mark.parametrize("method", ["two-body-seeds", "cyclic-seeds", "lorentznet"])
def test_a_run_on_another_device_is_the_run_on_the_cpu(method):
    here = experiments.run("gpu", method, "quick", RunOptions(device="cpu")).record
    with other_device() as device:
        there = experiments.run("gpu", method, "quick", RunOptions(device=device.type)).record
    assert there.machine.device == device.type
    assert there.arrays == here.arrays
    assert {k: v for k, v in there.metrics.items() if "second" not in k} == {
        k: v for k, v in here.metrics.items() if "second" not in k
    }
