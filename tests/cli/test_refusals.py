"""Errors in words."""

from __future__ import annotations

import errno
import os

import pytest

from storyflow_tui import config
from storyflow_tui.cli.refusals import LOG_NAME, from_system, sentence, unexpected
from storyflow_tui.errors import (
    BusyError,
    InvalidImageError,
    InvalidOrderError,
    InvalidStoryError,
    LockedError,
    NotFoundError,
)


def test_a_story_error_says_file_place_and_reason() -> None:
    error = InvalidStoryError(
        "Story could not be read", {"where": "line 7", "why": "No narration.", "file": "a.txt"}
    )
    assert sentence(error) == "a.txt: Story could not be read: line 7: No narration."


def test_an_image_error_says_why() -> None:
    error = InvalidImageError("Invalid image file", {"file": "a.png", "reason": "21 MiB"})
    assert sentence(error) == "a.png: Invalid image file: 21 MiB"


def test_an_order_error_lists_ids_but_not_thousands() -> None:
    error = InvalidOrderError("Invalid segment IDs", {"missing": list(range(1000)), "repeated": []})
    assert sentence(error) == (
        "Invalid segment IDs: missing: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 988 more"
    )


def test_details_that_the_message_says_are_not_repeated() -> None:
    assert sentence(NotFoundError("No library at /a/b", {"path": "/a/b"})) == "No library at /a/b"
    assert sentence(BusyError("/a cannot be written", {"path": "/a/b"})) == "/a cannot be written"
    assert sentence(LockedError("Locked.", {"segment_id": 7})) == "Locked."


def test_an_error_that_names_no_place_gets_it_from_the_details() -> None:
    error = BusyError("The library is in use", {"path": "/a/storyflow.db"})
    assert sentence(error) == "/a/storyflow.db: The library is in use"


def test_names_with_escape_sequences_are_made_safe() -> None:
    error = InvalidImageError("Invalid image file", {"file": "\x1b]0;x\x07.png", "reason": "r"})
    assert "\x1b" not in sentence(error)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "no_space"),
        (errno.EACCES, "read_only"),
        (errno.ENOENT, "not_found"),
        (errno.ENAMETOOLONG, "not_found"),
    ],
)
def test_errors_of_the_system_have_a_code_and_name_the_path(number: int, code: str) -> None:
    error = from_system(OSError(number, os.strerror(number), "/some/where"))
    assert error is not None
    assert error.code == code
    assert error.message == f"/some/where: {os.strerror(number)}"


def test_an_unexpected_error_leaves_its_traceback_in_the_log() -> None:
    try:
        raise ZeroDivisionError("by\x1b[31m zero")
    except ZeroDivisionError as error:
        answer = unexpected(error)
    log = config.state_folder() / LOG_NAME
    assert answer.details == {"log": str(log)}
    assert str(log) in answer.message
    assert "\x1b" not in answer.message
    assert "Traceback" in log.read_text()


def test_without_a_place_for_the_log_the_sentence_still_comes() -> None:
    config.state_folder().parent.mkdir(parents=True, exist_ok=True)
    config.state_folder().write_text("in the way")
    answer = unexpected(ZeroDivisionError())
    assert answer.message == "This should not have happened: ZeroDivisionError"
