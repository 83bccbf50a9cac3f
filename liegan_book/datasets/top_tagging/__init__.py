"""The public top-tagging benchmark's layout: read lazily, and written."""

from liegan_book.datasets.top_tagging.layout import CONSTITUENTS, TTV
from liegan_book.datasets.top_tagging.reader import check, iterate, read
from liegan_book.datasets.top_tagging.writer import Writer, write, writer

__all__ = ["CONSTITUENTS", "TTV", "Writer", "check", "iterate", "read", "write", "writer"]
