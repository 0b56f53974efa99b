"""Say where the tele lies in the wide, without zooming: for cropping, stitching or checking a camera.

python register_only.py wide.jpg tele.jpg
"""

import sys

import dualzoom


def main(wide: str, tele: str) -> None:
    """Print the ratio of the lenses, the parallax, and the corners of the tele in pixels of the wide."""
    found = dualzoom.register(dualzoom.read(wide), dualzoom.read(tele))
    print(f"{found.ratio:.3f} pixels of the tele to one of the wide, by {found.inliers} points")
    print(f"parallax {found.parallax_px[0]:.2f} px, {found.parallax_px[1]:.2f} px at 95 %")
    for x, y in found.overlap:
        print(f"{x:.1f},{y:.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
