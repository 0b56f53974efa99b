"""Measures how good a picture is: against a truth, against the tele, at the border of the tele's view, in lettering.

image_quality   PSNR and SSIM of two pictures
halved          PSNR inside and outside the tele's view, where the truth is known
full_size       the tele's detail and the wide's picture in a result without a truth
withheld        which of the tele's blocks lie in its hidden half
rim             squares in pairs along the outline of the tele's view
border          how visible that outline is
legibility      the share of known lettering that OCR can read
"""
