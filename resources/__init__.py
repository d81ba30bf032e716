"""Data files: pages, style sheet, pictures."""
