"""Predictors that know a symmetry: equivariant networks, augmentation, and two that know none."""
