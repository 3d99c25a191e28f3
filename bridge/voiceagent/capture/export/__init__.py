"""Captures in the languages of other programs: sound, text, vCon, HAR, JSON."""
