"""A first Ctrl-C is a request, a second one interrupts; afterwards, and in threads, all is as it was."""

import os
import signal
import threading

import pytest

from dualzoom.training.adapt.interrupt import polite


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture(autouse=True)
def as_before():
    before = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is before


def test_the_first_is_noted_and_work_goes_on():
    done = []
    with polite() as state:
        assert not state.asked
        press()
        done.append("the rest of the step")
        assert state.asked
    assert done


def test_the_second_interrupts_at_once():
    with polite() as state:
        press()
        with pytest.raises(KeyboardInterrupt):
            press()
        assert state.asked


def test_afterwards_the_first_interrupts_again():
    with polite():
        pass
    with pytest.raises(KeyboardInterrupt):
        press()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_inside_is_raised_and_the_handler_given_back(error):
    with pytest.raises(error), polite():
        raise error


def test_a_handler_of_others_is_given_back():
    heard = []
    mine = signal.signal(signal.SIGINT, lambda *_: heard.append("mine"))
    try:
        with polite() as state:
            press()
        assert state.asked
        press()
        assert heard == ["mine"]
    finally:
        signal.signal(signal.SIGINT, mine)


def test_every_run_begins_unasked():
    with polite():
        press()
    with polite() as state:
        assert not state.asked


def test_in_a_thread_nothing_changes():
    found = []

    def work():
        with polite() as state:
            found.append((state.asked, signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [(False, signal.getsignal(signal.SIGINT))]
