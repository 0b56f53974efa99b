"""Measuring: enlargements of one's own photos by several methods, held against the truth or against the tele.

subject    a pair (or a photo) under a protocol: what is enlarged, and how an enlargement is judged
withheld   a pair of which half the tele is hidden, and judged there
simulated  a photo as a simulated phone takes it, itself the truth
tasks      what a protocol makes of all photos at hand
injection  what plain methods make of the same
rows       the methods: bicubic, classical injection, our networks, results of other programs
run        every row for every subject, and what had to be left out
summary    means, by camera too, and the worst that came up
crops      the same places in all rows, side by side
"""
