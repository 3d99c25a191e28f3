"""The emulated telephone network of Azure Communication Services: routes, state, answers, errors, and the caller."""
