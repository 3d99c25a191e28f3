"""What the emulated phone number service does without knowing that Azure's does it."""

from __future__ import annotations

from voiceagent.emulators.guess import Guess


def _of(id_: str, sentence: str, source: str = "not documented") -> Guess:
    return Guess(id_, "numbers", sentence, source)


NUMBERS_GUESSES: tuple[Guess, ...] = (
    _of("number-operations-take", "Searches, purchases and releases take half a second.", "Azure: seconds"),
    _of("number-bad-requests", "Unknown countries, wrong values and a missing promise not to resell are 400/BadRequest."),
    _of("number-not-offered", "A combination that is not offered is 400/InvalidOfferModel."),
    _of("number-quota", "Over quota is 429/TooManyRequests.", "the quotas are documented, the answer is not"),
    _of("reservation-not-active", "A reservation that is not active is 409/ReservationNotActive."),
    _of("number-failures", "Operations fail with OutOfStock and ReservationExpired.", "codes of the SDK's documentation"),
)
