"""Jets in files of the public top-tagging benchmark's layout: read lazily, and written.

Read `layout` first, which says what a row is and what its values may be; then `table`, the rows of
an open file; `reader` and `writer` go through files from end to end.
"""

from liegan_book.datasets.top_tagging.layout import CONSTITUENTS, TTV, as_jets
from liegan_book.datasets.top_tagging.reader import check, read
from liegan_book.datasets.top_tagging.writer import Writer, write, writer

__all__ = ["CONSTITUENTS", "TTV", "Writer", "as_jets", "check", "read", "write", "writer"]
