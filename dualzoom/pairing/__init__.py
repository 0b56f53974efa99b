"""Which photos belong together: wide and tele of one scene."""
