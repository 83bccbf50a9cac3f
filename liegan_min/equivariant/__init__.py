"""Networks that use an algebra: `emlp` and `augmentation` for any, `lorentznet` for a form J."""
