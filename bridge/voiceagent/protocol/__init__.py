"""Wire protocols as values: bytes in, typed frames and events out, and back. No input or output, no clock, no randomness."""
