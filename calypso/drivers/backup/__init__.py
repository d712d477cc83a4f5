"""Backup products behind one protocol."""
