"""Supervised training: predictors, taggers, and how good a score is."""
