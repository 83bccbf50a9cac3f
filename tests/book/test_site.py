"""The built site: no warning, no dead link, nothing fetched from elsewhere."""

from __future__ import annotations

from collections import defaultdict
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from .chapters import toc

FETCHED = {"img": "src", "script": "src", "iframe": "src", "source": "src", "link": "href"}


class Page(HTMLParser):
    """The ids, the links and the fetched addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = {k: v or "" for k, v in attrs}
        self.ids |= {values[k] for k in ("id", "name") if k in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        address = values.get(FETCHED.get(tag, ""))
        if address and values.get("rel") not in {"canonical", "index", "search", "next", "prev"}:
            self.fetched.append(address)


@pytest.fixture(scope="module")
def pages(site):
    return {p: Page(p.read_text(encoding="utf-8")) for p in site.pages()}


def test_the_build_has_no_warning(site):
    assert site.code == 0, site.log[-4000:]
    assert "WARNING" not in site.log
    assert "ERROR" not in site.log


def test_every_document_became_a_page(site):
    assert {p.stem for p in site.pages()} >= {*toc(), "search", "genindex"}


def test_links_between_pages_resolve(site, pages):
    dead = defaultdict(list)
    for path, page in pages.items():
        for link in page.links + page.fetched:
            url = urlsplit(link)
            if url.scheme or url.netloc:
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            target = target / "index.html" if target.is_dir() else target
            known = pages.get(target)
            if not target.exists() or (known and url.fragment and url.fragment not in known.ids):
                dead[path.name].append(link)
    assert not dict(dead)


def test_nothing_is_fetched_from_elsewhere(pages):
    outside = [(p.name, a) for p, page in pages.items() for a in page.fetched if "//" in a]
    assert not outside


def test_mathjax_is_ours(site):
    text = (site.html / "01-symmetry.html").read_text(encoding="utf-8")
    assert "vendor/mathjax/tex-chtml.js" in text
    assert (site.html / "vendor/mathjax/LICENSE").exists()
