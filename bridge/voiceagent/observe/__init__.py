"""What a call was like: reports, latencies, logs, and the feed of notes."""
