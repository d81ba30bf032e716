"""JSON as a client may trust it: that of `app.strictjson`, as everything that reads a server's answers knows it."""

from app.strictjson import DEEPEST, read_object

__all__ = ["DEEPEST", "read_object"]
