"""Segments cover a clip once, in order, and end at cuts."""

from hypothesis import given
from hypothesis import strategies as st

from dualzoom.clips.plan import segments


@given(st.integers(1, 200), st.sets(st.integers(1, 199)), st.integers(1, 60))
def test_segments_cover_a_clip_once_and_stay_within_scenes(frames: int, more: set[int], most: int) -> None:
    cuts = (0, *sorted(cut for cut in more if cut < frames))
    found = segments(frames, cuts, most)
    assert [number for one in found for number in range(one.start, one.stop)] == list(range(frames))
    for one in found:
        assert 0 < one.stop - one.start <= most
        assert one.scene == max(cut for cut in cuts if cut <= one.start)
        assert not [cut for cut in cuts if one.start < cut < one.stop]
