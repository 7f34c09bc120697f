"""Readers of chip cards that are no identity cards."""
