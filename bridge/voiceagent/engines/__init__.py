"""What answers: always a realtime WebSocket."""
