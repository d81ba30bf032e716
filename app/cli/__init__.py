"""The headless commands: what the window does, for terminals and scripts."""

from app.cli.parser import build_parser, run

__all__ = ["build_parser", "run"]
