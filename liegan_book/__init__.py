"""The reproduction: what makes the numbers of the LieGAN book."""
