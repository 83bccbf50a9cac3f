"""From chapters to pages: notebooks, figures, interactive figures."""
