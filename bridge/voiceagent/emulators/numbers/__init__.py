"""The emulated phone number service of an ACS resource: what can be had, searches, reservations, purchases, releases."""
