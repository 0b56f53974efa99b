"""Training: photographs in, weights out. Imports neither rawpy nor exifread, so it runs on a bare GPU machine."""
