"""Other ways to look for a symmetry: what LieGAN is compared with."""
