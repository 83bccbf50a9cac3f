"""Matrix Lie algebras as values: exponential, bracket, names. No learning happens here."""
