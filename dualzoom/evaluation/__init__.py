"""Compares methods on the user's own photos: each enlarges the same cases and is scored against the truth or the tele.

case        one picture to enlarge and its score, by the protocols halved, full and single
withheld    cases of the protocol full with half of the tele hidden
simulated   cases of the protocol phone: a simulated phone photographs the truth
phones      the simulated phones
protocols   turns the user's pairs and photos into cases
methods     what a method is, and those without weights
networks    methods that are a network: with the tele, alone, or without a part
baselines   the tele's high band added to plain enlargement
external    pictures that another program made
ablation    a network without one of its parts
displaced   a tele shown at the wrong place
run         lets every method enlarge every case
summary     means, means by group, and the worst case
crops       the same places of all results, side by side
"""
