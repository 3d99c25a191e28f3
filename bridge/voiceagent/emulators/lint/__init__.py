"""What an app sends or answers that the real services would refuse or ignore: rules as data, and who finds breaches of them."""
