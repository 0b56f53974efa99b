"""Measuring: enlargements of one's own photos by several methods, held against the truth or against the tele.

subject    a pair (or a photo) under a protocol: what is enlarged, and how an enlargement is judged
injection  what plain methods make of the same
rows       the methods: bicubic, classical injection, our networks, results of other programs
run        every row for every subject, and what had to be left out
crops      the same places in all rows, side by side
"""
