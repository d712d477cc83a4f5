"""What deserves somebody's attention: rules over what the store knows, and the letters about it.

A rule decides, in plain code, from what it is shown; `watcher.py` runs the rules and
`postman.py` has letters sent. Any number of schedulers may do both.
"""
