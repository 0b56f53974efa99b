"""Renders a seeded street as two phone lenses take it, with its exact 2× truth: ground truth for tests and the demo.

render       both photos, the truth, and where each pixel of it lies in the tele
pose         where the two cameras stand, and the parallax between them
sensor       from light to a phone's 8-bit picture
layout       which layers the street has, and the order of painting them
facade, shop            houses, and the shops in their ground floors
ground                  sky, skyline, pavement and road
foreground, furniture, foliage      what stands before the houses
canvas       draws shapes in metres, each averaged over the pixels' areas
raster       how much of each pixel a shape covers
material     shaders of walls, roofs, glass and lettering
signs        a board of known lettering, for legibility
"""

from dualzoom.scene.render import RenderedCapture, random_capture, render

__all__ = ["RenderedCapture", "random_capture", "render"]
