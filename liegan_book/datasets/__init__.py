"""Data sets: each module makes its data from a seed and depends on NumPy and SciPy alone."""
