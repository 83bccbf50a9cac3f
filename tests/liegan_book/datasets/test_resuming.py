"""Downloads from a server on this machine that breaks off, lies, or is not there."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from liegan_book.datasets import download, resuming, top_tagging
from liegan_book.datasets.download import Public, fetch
from liegan_min.base.errors import DamagedFileError, LieganError
from tests.helpers.jet_files import some_jets

for package in ("h5py", "tables"):
    pytest.importorskip(package)
requests = pytest.importorskip("requests")


@pytest.fixture(scope="module")
def jets(tmp_path_factory):
    """Bytes of a file of the benchmark's layout, some blocks of the network long."""
    path = tmp_path_factory.mktemp("server") / "jets.h5"
    top_tagging.write(path, some_jets(500), top_tagging.TTV["test"])
    return path.read_bytes()


class Server(ThreadingHTTPServer):
    """Serves `content`, and does to each request what the next of `tricks` says."""

    daemon_threads = True

    def __init__(self, content, tricks=(), ranges=True):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.tricks, self.ranges = content, list(tricks), ranges
        self.asked, self.sent = [], 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/{{}}"


class Handler(BaseHTTPRequestHandler):
    """One request: whole, from a byte on, broken off, or refused."""

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        server, asked = self.server, self.headers.get("Range")
        server.asked.append(asked)
        trick = server.tricks.pop(0) if server.tricks else "whole"
        if isinstance(trick, int):
            self.send_error(trick)
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and server.ranges else 0
        if start >= len(server.content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(server.content)}")
            self.end_headers()
            return
        body = server.content[start:]
        self.send_response(206 if asked and server.ranges else 200)
        if asked and server.ranges:
            shown = 0 if trick == "from elsewhere" else start
            end = len(server.content)
            self.send_header("Content-Range", f"bytes {shown}-{end - 1}/{end}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        body = {"cut": body[: len(body) // 2], "empty": b""}.get(trick, body)
        self.wfile.write(body)
        server.sent += len(body)


@pytest.fixture
def serve(jets, monkeypatch):
    """Return a function that starts a server."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    servers = []

    def start(tricks=(), content=jets, ranges=True):
        server = Server(content, tricks, ranges)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        servers.append((server, thread))
        return server

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def get(tmp_path, jets, monkeypatch):
    """Return a function that fetches the file into a folder, and lists what it waited for."""
    public = Public("test.h5", hashlib.md5(jets).hexdigest(), len(jets))  # noqa: S324
    waited = []
    monkeypatch.setitem(download.FILES, "test", public)
    monkeypatch.setattr(resuming, "sleep", waited.append)

    def fetched(url, tries=resuming.TRIES):
        monkeypatch.setattr(download, "URL", url)
        monkeypatch.setattr(resuming, "TRIES", tries)
        return fetch("test", tmp_path, progress=False)

    fetched.waited = waited
    return fetched


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_comes_whole_is_checked_and_then_kept(serve, get, tmp_path, jets):
    server = serve()
    path = get(server.url)
    assert path == tmp_path / "test.h5"
    assert path.read_bytes() == jets
    assert get(server.url) == path
    assert (server.asked, get.waited, names(tmp_path)) == ([None], [], ["test.h5"])


def test_a_connection_that_breaks_is_continued_not_started_over(serve, get, jets):
    server = serve(["cut", "cut"])
    assert get(server.url).read_bytes() == jets
    first, *later = server.asked
    starts = [int(asked.removeprefix("bytes=").rstrip("-")) for asked in later]
    assert first is None
    assert 0 < starts[0] < starts[1]
    assert starts[0] <= len(jets) // 2
    # One block at most is lost in a break.
    assert server.sent <= len(jets) + 2 * (1 << 16)
    assert get.waited == [1, 1]


def test_a_later_run_goes_on_where_an_earlier_one_gave_up(serve, get, tmp_path, jets):
    server = serve(["cut", "empty"])
    with pytest.raises(
        LieganError, match=r"keeps breaking.*MB are kept, and it goes on from there"
    ):
        get(server.url, tries=1)
    assert names(tmp_path) == [".test.h5.part"]
    kept = (tmp_path / ".test.h5.part").stat().st_size
    assert get(server.url).read_bytes() == jets
    assert server.asked[-1] == f"bytes={kept}-"
    assert names(tmp_path) == ["test.h5"]


@pytest.mark.parametrize("trick", ["cut", 503, 429, "empty"])
def test_a_server_without_ranges_is_asked_for_the_whole_again(serve, get, jets, trick):
    server = serve([trick], ranges=False)
    assert get(server.url).read_bytes() == jets
    assert len(server.asked) == 2


def test_a_server_that_continues_elsewhere_is_asked_for_the_whole(serve, get, jets):
    server = serve(["cut", "from elsewhere"])
    assert get(server.url).read_bytes() == jets
    assert server.asked[0] is server.asked[2] is None


@pytest.mark.parametrize("size", [100, 0, -100])
def test_what_an_earlier_run_left_is_used_or_thrown_away(serve, get, tmp_path, jets, size):
    left = jets[:size] if size < 0 else jets + b"x" * size
    (tmp_path / ".test.h5.part").write_bytes(left)
    server = serve()
    assert get(server.url).read_bytes() == jets
    assert server.sent == {100: len(jets), 0: 0, -100: 100}[size]


def test_a_damaged_beginning_costs_one_more_download(serve, get, tmp_path, jets):
    (tmp_path / ".test.h5.part").write_bytes(b"x" * 1000)
    server = serve()
    assert get(server.url).read_bytes() == jets
    assert server.asked == ["bytes=1000-", None]


def test_damaged_bytes_are_refused_and_not_kept(serve, get, tmp_path, jets):
    damaged = bytearray(jets)
    damaged[len(jets) // 2] ^= 1
    server = serve(content=bytes(damaged))
    with pytest.raises(
        DamagedFileError, match=r"/test\.h5 fails its checksum \(md5 .*\) twice; try"
    ):
        get(server.url)
    assert len(server.asked) == 2
    assert names(tmp_path) == []


def test_a_file_that_is_not_there_is_asked_for_once(serve, get, tmp_path):
    server = serve([404, 404])
    with pytest.raises(LieganError, match=r"/test\.h5 answers 404 Not Found; the file may have"):
        get(server.url)
    assert (len(server.asked), get.waited, names(tmp_path)) == (1, [], [])


def test_without_a_network_there_is_one_sentence(serve, get, tmp_path, caplog, capfd):
    server = serve()
    url = server.url
    server.shutdown()
    server.server_close()
    with pytest.raises(LieganError) as caught:
        get(url)
    text = str(caught.value)
    assert text.startswith("127.0.0.1:")
    assert "cannot be reached (ConnectionError), after 4 attempts; check the network" in text
    assert "committed sample" in text
    assert get.waited == [1, 2, 4]
    assert (caplog.text, *capfd.readouterr()) == ("", "", "")


def test_a_server_that_never_sends_more_is_given_up(serve, get):
    server = serve(["cut", *["empty"] * 9])
    with pytest.raises(LieganError, match="keeps breaking the connection"):
        get(server.url)
    assert len(server.asked) == 5
    assert get.waited == [1, 1, 2, 4]


def test_a_busy_server_is_named_with_its_answer(serve, get):
    server = serve([503] * 9)
    with pytest.raises(LieganError, match="answers 503 Service Unavailable, after 2 attempts"):
        get(server.url, tries=2)


def test_silence_is_named(get, monkeypatch):
    def silent(*_, **__):
        raise requests.ReadTimeout

    monkeypatch.setattr(requests, "get", silent)
    with pytest.raises(
        LieganError, match=r"example\.org does not answer in time, after 4 attempts"
    ):
        get("http://example.org/{}")
