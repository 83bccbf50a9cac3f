"""What chapters show: figures, tables and values on a page, interactive figures."""
