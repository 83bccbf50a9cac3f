"""Finite groups of rotations: which order does the data have?"""
