"""Four-momenta are not rounded, whatever products may be elsewhere."""

import pytest
import torch

from liegan_book.datasets.jets import storage
from liegan_min.equivariant import lorentznet, message_layer
from liegan_min.equivariant.exact import exact
from liegan_min.equivariant.jet_graph import JetGraphs
from liegan_min.equivariant.lorentznet import LorentzNet

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _rounded():
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    yield
    torch.set_float32_matmul_precision(before)


def test_within_it_products_are_exact_and_after_it_what_they_were():
    with torch.autocast("cpu", torch.bfloat16):
        with exact(CPU):
            assert torch.get_float32_matmul_precision() == "highest"
            assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.bfloat16
    with pytest.raises(KeyError), exact(CPU):
        raise KeyError
    assert torch.get_float32_matmul_precision() == "high"


def test_every_product_of_four_momenta_is_exact(monkeypatch):
    """Scalars, features and steps: where x is multiplied, products are told not to round."""
    seen = []

    def told(name, right):
        def call(*given, **more):
            seen.append((name, torch.get_float32_matmul_precision()))
            return right(*given, **more)

        return call

    layer = message_layer.Layer
    monkeypatch.setattr(layer, "_features", told("features", layer._features))
    monkeypatch.setattr(LorentzNet, "scalars", told("scalars", LorentzNet.scalars))
    monkeypatch.setattr(message_layer, "messages", told("messages", message_layer.messages))
    graphs, _ = JetGraphs(storage.load("test").take(slice(3))).batch(torch.arange(3).numpy())
    lorentznet.LorentzNet(hidden=4, layers=2)(graphs)
    assert ("scalars", "highest") in seen
    assert ("features", "highest") in seen
    assert ("messages", "high") in seen  # the network's own may round as they are told to
