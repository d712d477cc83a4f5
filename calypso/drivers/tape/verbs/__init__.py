"""The verbs of a tape product, by what they act on."""
