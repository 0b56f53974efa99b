"""A seeded street scene as two phone lenses take it, with its exact 2× truth: the tests' ground truth and the
demo."""

from dualzoom.scene.render import RenderedCapture, random_capture, render

__all__ = ["RenderedCapture", "random_capture", "render"]
