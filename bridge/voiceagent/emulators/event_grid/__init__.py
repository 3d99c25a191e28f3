"""The emulated Event Grid: asks an endpoint for consent, then delivers to it, again and again if need be."""
