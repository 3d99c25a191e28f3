"""Numbers as people say them and as an ear writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.speech.hear.digits import digit_runs, find_number, is_mostly_number, longest_run, spoken_digits

NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


@pytest.mark.parametrize(
    "said",
    [
        "four two seven one",
        "It's four, two, seven, one.",
        "4271",
        "42-71.",
        "4-2-7-1",
        "4, 2, 7, 1",
        "forty-two seventy-one",
        "forty two seven one",
        "four thousand two hundred and seventy one",
        "Where is my order for two seven one?",
        "My order number is for two 7 1.",
        "four to seven one",
        "four um two dash seven one",
        "order 4 2 7 1 please",
    ],
)
def test_one_number_said_in_many_ways(said: str) -> None:
    assert find_number(said, min_digits=4, max_digits=4) == "4271"


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("double two seven", "227"),
        ("triple 7 oh oh nine", "777009"),
        ("oh seven eight nine", "0789"),
        ("one hundred", "100"),
        ("nineteen twenty", "1920"),
        ("one zero zero two three", "10023"),
        ("three ate for won", "3841"),
        ("two thousand", "2000"),
    ],
)
def test_words_for_digits(said: str, digits: str) -> None:
    assert longest_run(said) == digits


@pytest.mark.parametrize(
    "said", ["", "I want to talk to someone", "oh no", "for you", "Where is it going to?", "double trouble", "to too for ate"]
)
def test_words_that_only_sound_like_digits_are_none(said: str) -> None:
    assert digit_runs(said) == []


@pytest.mark.parametrize(
    ("said", "digits"), [("press six to repeat", "6"), ("four two for my brother", "42"), ("seven one to", "712")]
)
def test_a_preposition_after_a_number_is_not_its_last_digit(said: str, digits: str) -> None:
    assert longest_run(said) == digits


def test_of_several_numbers_the_fitting_one_is_found() -> None:
    said = "I ordered 2 things in May and the number is 4271"
    assert find_number(said, min_digits=4, max_digits=4) == "4271"


def test_a_correction_wins() -> None:
    assert find_number("four two seven two, no, four two seven one", min_digits=4, max_digits=4) == "4271"


def test_a_number_of_the_wrong_length_does_not_fit() -> None:
    assert find_number("four two seven", min_digits=4, max_digits=4) == ""
    assert find_number("42713", min_digits=4, max_digits=4) == ""


def test_where_a_number_stands_is_known() -> None:
    text = "order four two please"
    run = digit_runs(text)[0]
    assert (run.digits, text[run.begin : run.end]) == ("42", "four two")


@pytest.mark.parametrize(
    ("text", "mostly"), [("it's four two seven one please", True), ("can you tell me where order 4 is", False)]
)
def test_a_bare_number_is_told_from_a_sentence_with_one(text: str, mostly: bool) -> None:
    assert is_mostly_number(text) is mostly


@given(st.text("0123456789", min_size=1, max_size=12))
def test_digits_spelled_out_come_back(digits: str) -> None:
    assert spoken_digits(" ".join(NAMES[int(digit)] for digit in digits)) == digits


@given(st.text(max_size=60))
def test_no_text_confuses_the_reader(text: str) -> None:
    assert all(run.digits.isdigit() and run.begin < run.end for run in digit_runs(text))
