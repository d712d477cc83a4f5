"""Keeps one program of an appliance running, and puts a new release in its place without a gap.

The main process of each service. It loads nothing but the standard library and what starts a
process, so that the newest release can take over from any older one.
"""
