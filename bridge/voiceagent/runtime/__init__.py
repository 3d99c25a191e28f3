"""Carries calls out: the one place where events wait for nobody, audio is paced and tasks have an owner."""
