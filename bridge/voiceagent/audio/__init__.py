"""Arithmetic on sound: formats, frames, resampling, companding, files, tones; numpy and soxr at the point of use."""
