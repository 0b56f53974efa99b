"""Networks that take a whole burst: the merged wide, and what all frames saw on the 2× grid.

dcsr_frames: dcsr-lite with a second entrance for the burst
"""
