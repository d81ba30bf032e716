"""Tokens inspected: shown leniently, judged strictly, compared and explained."""
