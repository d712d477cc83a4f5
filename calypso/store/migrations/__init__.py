"""The schema `calypso`, step by step. Each step keeps the release before it running."""
