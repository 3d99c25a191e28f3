"""Azure Relay Hybrid Connections as a server: one hybrid connection, written from the public protocol guide."""
