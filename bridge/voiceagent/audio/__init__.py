"""Arithmetic on sound: formats, frames, resampling, companding, files, tones. Standard library, numpy and soxr at the point of use."""
