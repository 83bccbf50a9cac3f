"""Finite groups of rotations: `rotation_group` finds one, `evidence` says how sure that is."""
