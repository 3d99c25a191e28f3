"""Twilio's telephone network, emulated: a number that rings an app, media streams, and the REST interface of calls."""
