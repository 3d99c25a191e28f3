"""Which words count as said."""

from __future__ import annotations

import pytest

from voiceagent.speech.think.phrases import breaks_off, chosen, plain, said, yes_or_no


@pytest.mark.parametrize("phrase", ["order", "my order", "WHERE IS", "re:order \\w+ing", "I'd"])
def test_a_phrase_is_found_in_any_case_and_punctuation(phrase: str) -> None:
    assert said("Well, where is -- my order going? I’d know!", [phrase])


@pytest.mark.parametrize("phrase", ["orde", "der", "order my", "", "re:^order"])
def test_parts_of_words_and_nothing_are_not_found(phrase: str) -> None:
    assert not said("where is my order", [phrase])


@pytest.mark.parametrize("phrase", ["goodbye", "good bye", "Good-bye", "good-by"])
@pytest.mark.parametrize(
    "text", ["Goodbye!", "Thanks good-bye.", "Good bye now", "Good-by,", "Good-by, thank you.", "Okay, goodby.", "Good buy."]
)
def test_a_goodbye_is_said_however_an_ear_writes_it(text: str, phrase: str) -> None:
    assert said(text, [phrase])


@pytest.mark.parametrize(
    "text", ["Is it good by Monday?", "When is it good by?", "Is that a good buy?", "good", "by", "A goodbyeish word"]
)
def test_what_only_looks_like_a_goodbye_is_none(text: str) -> None:
    assert not said(text, ["goodbye", "good bye"])


def test_a_goodbye_within_a_phrase_is_found() -> None:
    assert said("I want to say good-by for now.", ["say goodbye for now"])
    assert not said("I want to say good-by.", ["never say goodbye"])


def test_the_longest_choice_that_was_said_wins() -> None:
    assert chosen("the extra large one", ["large", "extra large"]) == "extra large"
    assert chosen("none of them", ["large"]) == ""


@pytest.mark.parametrize(
    ("text", "answer"),
    [("Yes, please.", True), ("Nope.", False), ("No, that's right", False), ("Sure, why not", True), ("Monday", None)],
)
def test_yes_and_no(text: str, answer: bool | None) -> None:
    assert yes_or_no(text) is answer


@pytest.mark.parametrize("text", ["My order number is", "It's,", "I would like to know because.", "four two...", "and"])
def test_a_sentence_that_breaks_off(text: str) -> None:
    assert breaks_off(text)


@pytest.mark.parametrize("text", ["Where is my order?", "four two", "That's all.", "Goodbye."])
def test_a_sentence_that_is_complete(text: str) -> None:
    assert not breaks_off(text)


def test_plain_words() -> None:
    assert plain("  I’d  LIKE 42-71, please! ") == "i'd like 42 71 please"
