"""The verbs of a storage product, by what they act on."""
