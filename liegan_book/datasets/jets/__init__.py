"""Jets: simulated like those of the public top-tagging benchmark, and kept in little space.

In the order that they are made: `events` is what the generator says, `detector` (with
`calorimeter`) what an experiment would measure of it, `clustering` calls FastJet, `simulate` puts
these together, and `production` makes many. `packing` is their format on disk, and `storage` the
committed ones. `observables` is what physicists measure of a jet.
"""
