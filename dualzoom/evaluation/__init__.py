"""Measuring results: metrics, protocols, simulated phones, and a rendered scene whose truth is known."""
