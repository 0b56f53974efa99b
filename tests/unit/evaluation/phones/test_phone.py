"""The phones differ in name and in kind, and each tele has its own exposure and colours."""

from dualzoom.evaluation.phones import PHONES


def test_no_two_phones_share_a_name_or_a_camera() -> None:
    assert len({phone.name for phone in PHONES}) == len(PHONES)
    assert len({camera for phone in PHONES for camera in (phone.wide, phone.tele)}) == 2 * len(PHONES)


def test_every_tele_is_exposed_or_balanced_in_its_own_way() -> None:
    assert len({(phone.tele_ev, phone.tele_red, phone.tele_blue) for phone in PHONES}) == len(PHONES)
    assert all(phone.tele_red != 1 and phone.tele_blue != 1 for phone in PHONES)
