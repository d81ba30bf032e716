"""Help: the pages of the manual in their own window."""
