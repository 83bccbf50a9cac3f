"""Data sets: made from a seed, or downloaded, and checked before they are used."""
