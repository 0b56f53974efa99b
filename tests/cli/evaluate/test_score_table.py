"""Tables for people: every pair and method, the means, and the worst case."""

import numpy as np
from evaluate_files import PHONE


def test_the_table_has_every_pair_and_the_mean(run, two):
    outcome = run("evaluate", two, "--row", "bicubic", "--row", "injection")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0].split() == ["pair", "row", "whole,", "dB", "inside", "outside", "border"]
    assert [line.split()[0] for line in lines[1::2]] == ["a", "b", "mean"]
    assert all("injection" in line for line in lines[2::2])
    values = np.array([[float(word) for word in line.split()[-4:]] for line in lines[1:]])
    np.testing.assert_allclose(values[4:], (values[:2] + values[2:4]) / 2, atol=0.011)


def test_phones_have_tables_for_people(run, sharp):
    outcome = run("evaluate", sharp / "one.png", *PHONE, "--row", "bicubic", "--row", "injection")
    assert outcome.code == 0
    scores, cameras, worst = outcome.out.split("\n\n")
    assert scores.splitlines()[0].split() == ["photo", "row", "whole,", "dB", "inside", "outside", "border"]
    assert cameras.splitlines()[0].startswith("camera ")
    assert [line.split()[0] for line in cameras.splitlines()[1::2]] == ["day,", "old,"]
    head, line = worst.splitlines()
    assert head.startswith("worst over bicubic")
    assert line.startswith("injection  ")
    assert "one, " in line
    alone = run("evaluate", sharp / "one.png", *PHONE, "--row", "injection")
    assert "worst" not in alone.out
