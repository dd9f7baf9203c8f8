"""Signed entries between nodes. Knows feeds, order and peers, never posts."""
