"""Call control: answer, transfer, hang up, record."""
