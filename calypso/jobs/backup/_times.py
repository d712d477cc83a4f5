"""How long what the director runs may take, and how it is tried again."""

from calypso.models.jobtype import Retry

TIMEOUT_S = 14 * 86400
STALL_S = 3600
SHORT_S = 900.0  # what asks the director and waits for no run
# A director that is being restarted: the run is found again by the next attempt.
RETRY = Retry(attempts=30, first_s=5, cap_s=60)
