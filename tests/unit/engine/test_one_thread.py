"""One thread: torch helps itself to no other, and the number comes back, also after an error."""

import pytest
import torch

from dualzoom.engine.one_thread import one_thread


@pytest.fixture(autouse=True)
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_inside_there_is_one_thread_and_afterwards_there_are_as_many_as_before():
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2


def test_an_error_brings_the_number_back_too():
    @one_thread()
    def fail():
        assert torch.get_num_threads() == 1
        raise KeyError

    for _ in range(2):  # as a decorator it can be entered again
        with pytest.raises(KeyError):
            fail()
        assert torch.get_num_threads() == 2
