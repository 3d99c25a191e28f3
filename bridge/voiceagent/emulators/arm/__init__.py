"""The emulated Azure Resource Manager: Event Grid's management, the ACS resource, and tokens to ask with."""
