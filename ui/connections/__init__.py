"""Connections: add one."""
