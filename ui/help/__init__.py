"""Help: the pages of the manual in a window of their own."""
