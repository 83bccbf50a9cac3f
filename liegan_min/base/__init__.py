"""What every room uses: errors, files, settings, seeds, progress, tolerances."""
