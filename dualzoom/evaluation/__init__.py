"""Measuring results: metrics, protocols, and a rendered scene whose truth is known."""
