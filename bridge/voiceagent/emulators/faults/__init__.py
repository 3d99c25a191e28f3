"""What the emulated services do wrong on request: a catalogue of faults, a switchboard that arms them, unreliable wires."""
