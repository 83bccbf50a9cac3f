"""Matrix Lie algebras as values: exponential, bracket, names. No learning happens here.

Start with `lie_algebra`; a new group is a function in `groups`.
"""
