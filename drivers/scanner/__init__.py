"""Scanners of one- and two-dimensional codes."""
