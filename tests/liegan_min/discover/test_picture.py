"""A report as figures, and as a page that needs no other file."""

import builtins
import re

import numpy as np
import pytest
from matplotlib import pyplot as plt

from liegan_book.datasets.laws import ball, exponential
from liegan_min.base.errors import InputError, LieganError, MissingExtraError
from liegan_min.discover import discover


@pytest.fixture(scope="module")
def shell():
    rng = np.random.default_rng(0)
    units = np.array([1e6, 1.0, 1e-6])
    return discover(ball(rng, 1500, 3, rng.uniform(0.8, 1.2, 1500))[:, 0] * units, ask=["law"])


def texts(ax):
    return [t.get_text() for t in ax.texts]


def test_each_generator_has_its_flow_and_its_matrix(shell):
    figure = shell.plot()
    axes = figure.axes
    assert len(axes) == 2 * (1 + 3)
    keeps, breaks = (
        next(line for line in axes[0].lines if line.get_label() == name)
        for name in ("keeps", "breaks")
    )
    assert len(keeps.get_xdata()) == 3
    assert len(breaks.get_xdata()) == 6
    assert max(keeps.get_ydata()) < min(breaks.get_ydata())
    # In units of the columns' spread a turn of a ball is antisymmetric, whatever the units were.
    for i in range(3):
        drawn = np.asarray(axes[3 + 2 * i].images[0].get_array())
        np.testing.assert_allclose(drawn, -drawn.T, atol=0.1)
        assert np.abs(drawn).max() > 0.5
    plt.close(figure)


def test_an_entry_stands_with_its_error(shell):
    figure = shell.plot("law")
    written = texts(figure.axes[3])
    assert len(written) == 9
    assert all(re.fullmatch(r"-?\d\.\d\d\n±[\d.e-]+", text) for text in written)
    plt.close(figure)


def test_the_flow_is_that_of_the_two_columns_that_the_generator_mixes_most(shell):
    figure = shell.plot()
    for i in range(3):
        drawn = np.asarray(figure.axes[3 + 2 * i].images[0].get_array())
        row, column = np.unravel_index(np.abs(np.triu(drawn, 1)).argmax(), drawn.shape)
        ax = figure.axes[2 + 2 * i]
        assert {ax.get_xlabel(), ax.get_ylabel()} == {f"x{row}", f"x{column}"}
    plt.close(figure)


def test_the_bound_stands_beside_the_violation(shell):
    figure = shell.plot()
    (said,) = texts(figure.axes[1])
    assert said == f"at most {shell['law'].certificate.delta:.2g}\n(95% confidence)"
    plt.close(figure)


def test_a_page_needs_no_other_file_and_has_no_colour_of_its_own_for_text(shell, tmp_path):
    path = tmp_path / "r.html"
    shell.html(path, title="<a & b>")
    page = path.read_text(encoding="utf-8")
    assert "<h1>&lt;a &amp; b&gt;</h1>" in page
    assert page.count("<svg") == 1
    assert 'aria-label="The law: found, so(3).' in page
    assert "FOUND: so(3), 3 generators" in page
    assert "#010203" not in page
    assert "currentColor" in page
    assert not re.search(r'(src|href)="(?!#|data:)', page)
    assert not re.search(r"url\((?!#)", page)


def test_one_report_gives_one_page(shell, tmp_path):
    for name in "ab":
        shell.html(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_answer_without_generators_is_drawn_too(tmp_path):
    report = discover(exponential(np.random.default_rng(0), 800, 2)[:, 0], ask=["law"])
    figure = report.plot()
    assert len(figure.axes) == 2
    plt.close(figure)
    report.html(tmp_path / "r.html")


def test_where_nothing_can_be_drawn_it_says_so(tmp_path):
    report = discover(np.random.default_rng(0).normal(size=(20, 3)), ask=["law"])
    with pytest.raises(InputError, match="no answer has anything to draw"):
        report.plot()
    report.html(tmp_path / "r.html")
    assert "UNDECIDED" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written_is_named(shell, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LieganError, match="cannot write"):
        shell.html(tmp_path / "file" / "r.html")


def test_without_matplotlib_it_says_what_to_install(shell, monkeypatch):
    real = builtins.__import__

    def missing(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MissingExtraError, match="a picture needs matplotlib; install it with"):
        shell.plot()
