"""Redis: fast, forgetful, and never believed. Progress, pokes and wishes; no state."""
