"""Does this data have a symmetry, which, and how sure is that? Closed forms, fits and tests."""

from liegan_min.discover.answer import Answer, Certificate
from liegan_min.discover.report import Report
from liegan_min.discover.run import discover

__all__ = ["Answer", "Certificate", "Report", "discover"]
