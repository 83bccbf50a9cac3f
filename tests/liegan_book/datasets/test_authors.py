"""Fetching the authors' files: over a local server, from a path, and where either fails."""

import functools
import hashlib
import http.server
import shutil
import sys
import threading

import pytest

from liegan_book import paths
from liegan_book.datasets import authors, released
from liegan_book.datasets.authors import Published
from liegan_min.base.errors import DamagedFileError, InputError, LieganError, MissingExtraError

CONTENT = b"what the authors published"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def served(monkeypatch, tmp_path):
    """A folder that is served as if it were the authors' repository, with one file."""
    monkeypatch.setenv("LIEGAN_ROOT", str(tmp_path / "book"))
    folder = tmp_path / "served"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "file.pt").write_bytes(CONTENT)
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(authors, "URL", f"http://127.0.0.1:{server.server_port}")
    file = Published("data/file.pt", hashlib.sha256(CONTENT).hexdigest())
    monkeypatch.setattr(authors, "FILES", {"one": file})
    yield folder
    server.shutdown()
    server.server_close()


def test_a_file_is_downloaded_once_and_found_again(served):
    pytest.importorskip("pooch")
    path = authors.fetch("one", progress=False)
    assert path == paths.cache() / "authors" / "file.pt"
    assert path.read_bytes() == CONTENT
    shutil.rmtree(served)  # the second time there is nothing to download from
    assert authors.fetch("one", progress=False) == path
    assert authors.cached("one") == path


def test_what_the_server_changed_is_refused(served):
    pytest.importorskip("pooch")
    (served / "data" / "file.pt").write_bytes(CONTENT + b"!")
    with pytest.raises(DamagedFileError, match=r"file.pt fails its checksum .*try again later"):
        authors.fetch("one", progress=False)
    with pytest.raises(InputError, match="there is no"):
        authors.cached("one")


def test_without_a_network_it_says_how_to_go_on(served):
    pytest.importorskip("pooch")
    shutil.rmtree(served)
    with pytest.raises(LieganError, match=r"cannot download .*: liegan data released --local PATH"):
        authors.fetch("one", progress=False)


def test_a_path_is_taken_as_the_file_or_as_its_folder(served, tmp_path):
    assert authors.fetch("one", served / "data") == served / "data" / "file.pt"
    assert authors.fetch("one", served / "data" / "file.pt") == served / "data" / "file.pt"
    with pytest.raises(InputError, match=r"there is no .*leave the path away"):
        authors.fetch("one", tmp_path / "nowhere")
    (tmp_path / "other").write_bytes(b"other")
    with pytest.raises(DamagedFileError, match=r"other is not the published file.pt \(its SHA"):
        authors.fetch("one", tmp_path / "other")


def test_a_damaged_copy_is_not_used(served):
    path = authors.target("one")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"cut sho")
    with pytest.raises(DamagedFileError, match=r"is not the published .*: liegan data released"):
        authors.cached("one")


def test_without_pooch_it_says_what_to_install(served, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(MissingExtraError, match=r"needs pooch; .*'liegan-min\[book\]'"):
        authors.fetch("one", progress=False)


def test_every_matrix_has_a_file():
    assert {*released.NAMES, "two-body"} == authors.FILES.keys()
    for file in authors.FILES.values():
        assert len(file.sha256) == 64
        assert file.name == file.path.split("/")[-1]
