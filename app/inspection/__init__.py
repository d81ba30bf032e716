"""Tokens taken apart for people: shown leniently, judged strictly, compared and explained."""
