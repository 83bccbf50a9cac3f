"""The benchmark of LorentzNet, against a stand-in for the published code.

The stand-in has the published names and interface, and is written from the paper's equations, edge
by edge, by autograd and torch's own batch normalisation.
"""

import argparse
import importlib
import json
import subprocess
import sys

import pytest

from liegan_book import paths
from liegan_book.datasets.jets import storage
from liegan_min.base.errors import InputError

STAND_IN = """
import torch
from torch import nn

def psi(z):
    return z.sign() * z.abs().log1p()

def square(p):
    return p[:, :1] ** 2 - (p[:, 1:] ** 2).sum(1, keepdim=True)

class Layer(nn.Module):
    def __init__(self, h, s, c, last):
        super().__init__()
        self.c, self.last = c, last
        L = nn.Linear
        first = L(2 * h + 2, h, bias=False)
        self.phi_e = nn.Sequential(first, nn.BatchNorm1d(h), nn.ReLU(), L(h, h), nn.ReLU())
        self.phi_h = nn.Sequential(L(2 * h + s, h), nn.BatchNorm1d(h), nn.ReLU(), L(h, h))
        self.phi_m = nn.Sequential(L(h, 1), nn.Sigmoid())
        if not last:
            self.phi_x = nn.Sequential(L(h, h), nn.ReLU(), L(h, 1, bias=False))

    def forward(self, h, x, s, i, j):
        apart, joined = square(x[i] - x[j]), (square(x[i] + x[j]) - square(x[i] - x[j])) / 4
        m = self.phi_e(torch.cat([h[i], h[j], psi(apart), psi(joined)], 1))
        m = m * self.phi_m(m)
        if not self.last:
            total = torch.zeros_like(x).index_add(0, i, (x[i] - x[j]) * self.phi_x(m))
            x = x + self.c * total / torch.bincount(i, minlength=len(x)).clamp(min=1)[:, None]
        total = torch.zeros_like(h).index_add(0, i, m)
        return h + self.phi_h(torch.cat([h, total, s], 1)), x

class LorentzNet(nn.Module):
    def __init__(self, n_scalar, n_hidden, n_class, n_layers, c_weight, dropout):
        super().__init__()
        s, h = n_scalar, n_hidden
        self.embedding = nn.Linear(s, h)
        self.LGEBs = nn.ModuleList(
            Layer(h, s, c_weight, k == n_layers - 1) for k in range(n_layers))
        self.graph_dec = nn.Sequential(
            nn.Linear(h, h), nn.ReLU(), nn.Dropout(dropout), nn.Linear(h, n_class))

    def forward(self, scalars, x, edges, node_mask, edge_mask, n_nodes):
        h = self.embedding(scalars)
        for layer in self.LGEBs:
            h, x = layer(h, x, scalars, *edges)
        return self.graph_dec((h * node_mask).unflatten(0, (-1, n_nodes)).mean(1))
"""


@pytest.fixture
def compare(monkeypatch, tmp_path):
    """Compare our network with that of a models.py."""
    monkeypatch.syspath_prepend(str(paths.root() / "benchmarks"))
    bench = importlib.import_module("lorentznet")
    jets = storage.load("test").take(slice(0, 100))
    options = {"reference": tmp_path, "hidden": 8, "layers": 2, "batch": 4}

    def call(content):
        if content is not None:
            (tmp_path / "models.py").write_text(content)
        return bench.agreement(argparse.Namespace(**options, device="cpu"), jets)

    return call


def test_the_whole_command(tmp_path):
    (tmp_path / "models.py").write_text(STAND_IN)
    script = str(paths.root() / "benchmarks" / "lorentznet.py")
    sizes = ["--hidden", "8", "--layers", "2", "--batch", "4", "--rounds", "1"]
    command = [sys.executable, script, "--reference", str(tmp_path), *sizes, "--json"]
    out = subprocess.run(command, capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    assert {"published / ours, time", "published / ours, memory"} <= json.loads(out.stdout).keys()
    assert [file.name for file in tmp_path.iterdir()] == ["models.py"]  # a checkout stays clean


def test_it_finds_that_two_networks_are_one_function(compare):
    result = compare(STAND_IN)
    assert result["log-odds apart, float64, in 1e-15"] < 1e5
    assert result["loss apart, float64, in 1e-15"] < 1e5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "is not a checkout of sdogsq/LorentzNet-release: it lacks models.py"),
        ("", "is not that of sdogsq/LorentzNet-release: no LorentzNet in it"),
        ("LorentzNet = dict[str, int]().keys", "is not that of sdogsq/LorentzNet-release"),
        (STAND_IN.replace("phi_m", "gate"), "do not fit"),
        (STAND_IN.replace("return h +", "return h -"), "are not one function: log-odds differ"),
    ],
)
def test_another_code_is_refused(compare, content, message):
    with pytest.raises(InputError, match=message):
        compare(content)
