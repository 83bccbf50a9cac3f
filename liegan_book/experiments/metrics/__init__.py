"""How each answer is judged, under the names that records and tables use."""
