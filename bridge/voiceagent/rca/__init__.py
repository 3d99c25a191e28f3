"""Why a call did not come, was silent, or ended: from its records, by fixed rules, with the evidence."""
