"""Framing and HTTP as values, pure."""
