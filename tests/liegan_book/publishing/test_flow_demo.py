"""The interactive figure: its script must compute what the module computes."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pytest
import torch
from scipy.linalg import expm

from liegan_book.publishing import flow_demo
from liegan_min.algebra.lie_algebra import LieAlgebra

NODE = shutil.which("node")
EXPM_JS = re.search(r"(?ms)^function expm2\(.*?^}", flow_demo.part("js"))[0]


class Tags(HTMLParser):
    """Collects every opening tag with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def run_node(script):
    done = subprocess.run([NODE, "-e", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(NODE is None, reason="needs node (https://nodejs.org) to run the script")
def test_script_exponentiates_as_the_module_does():
    rng = np.random.default_rng(0)
    L = [f.L for f in flow_demo.FLOWS.values()] + list(rng.normal(size=(40, 2, 2)))
    L += [np.zeros((2, 2)), np.array([[1.0, -1.0], [1.0, -1.0]])]  # nothing, and nilpotent
    w = rng.uniform(-3, 3, len(L))
    cases = json.dumps([[a.tolist(), b] for a, b in zip(L, w, strict=True)])
    ours = run_node(f"{EXPM_JS}; console.log(JSON.stringify({cases}.map(([L, w]) => expm2(L, w))))")
    for got, a, b in zip(ours, L, w, strict=True):
        module = LieAlgebra(torch.tensor(a[None])).exp(torch.tensor([b])).numpy()
        np.testing.assert_allclose(got, expm(a * b), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(got, module, rtol=1e-10, atol=1e-12)


@pytest.mark.skipif(NODE is None, reason="needs node (https://nodejs.org) to run the script")
def test_script_parses_and_holds_the_same_exponential():
    scripts = re.findall(r"<script>(.*?)</script>", flow_demo.html(), re.DOTALL)
    assert len(scripts) == 1
    assert EXPM_JS in scripts[0]
    assert run_node(f"new Function({json.dumps(scripts[0])}); console.log('true')") is True


@pytest.mark.parametrize("start", flow_demo.FLOWS)
def test_first_frame_shows_the_moved_cloud(start):
    tags = Tags(flow_demo.html(start, w=0.4)).tags
    dots = [a for tag, a in tags if tag == "circle" and "data-moving" in a]
    shown = np.array([[float(a["cx"]), float(a["cy"])] for a in dots])
    wanted = flow_demo.CLOUD @ expm(0.4 * flow_demo.FLOWS[start].L).T
    np.testing.assert_allclose(shown, wanted, atol=6e-4)
    chosen = [a["value"] for tag, a in tags if tag == "option" and "selected" in a]
    assert chosen == [start]


def test_page_is_whole_labelled_and_local():
    text = flow_demo.html()
    tags = Tags(text).tags
    ids = [a["id"] for _, a in tags if "id" in a]
    assert "flow-demo" in ids
    assert len(ids) == len(set(ids))
    asked = set(re.findall(r'\bid\("(\w+)"\)', text))
    assert {f"flow-demo-{name}" for name in asked} <= set(ids)
    labelled = {a["for"] for tag, a in tags if tag == "label"}
    assert {a["id"] for tag, a in tags if tag in ("input", "select")} <= labelled
    svg = next(a for tag, a in tags if tag == "svg")
    assert svg["role"] == "img"
    assert set(svg["aria-labelledby"].split()) <= set(ids)
    assert not re.search(r"https?:|//\w|@import|\bsrc=", text)
    assert "$" not in text


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        ("rotation", lambda x, y: x**2 + y**2),
        ("boost", lambda x, y: x**2 - y**2),
        ("shear", lambda x, y: y),
        ("dilation", lambda x, y: np.arctan2(y, x)),
        ("spiral", lambda x, y: np.log(np.hypot(x, y)) - 0.2 * np.arctan2(y, x)),
    ],
)
def test_flows_keep_what_they_say(key, kept):
    flow = flow_demo.FLOWS[key]
    moved = flow_demo.move(flow, np.linspace(-0.5, 0.5, 11), flow_demo.CLOUD)
    np.testing.assert_allclose(kept(*moved.T), kept(*moved[5].T)[:, None].repeat(11, 1), atol=1e-12)
    assert np.abs(moved[-1] - moved[5]).max() > 0.1
