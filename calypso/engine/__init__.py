"""Verbs on jobs: submit, claim, run, cancel, tend. It knows ports, no database and no broker."""
