"""Enlargements of one's own photos by several methods, held against the truth or against the tele."""
