"""LieGAN itself: data, generator, discriminator, the game and what it found."""
