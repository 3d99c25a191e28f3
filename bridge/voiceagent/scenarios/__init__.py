"""Conversations that must keep working: written as YAML, played by an emulated caller, judged by what was heard."""
