"""Tables of the machine itself."""
