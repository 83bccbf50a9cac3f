"""Jets: simulated like those of the public top-tagging benchmark, and kept in little space."""

from liegan_min.equivariant.jets import Jets

__all__ = ["Jets"]
