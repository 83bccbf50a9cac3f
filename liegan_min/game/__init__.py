"""LieGAN itself. Start with `game`, one step of it; `discovery` is the way in, `restarts` many."""
