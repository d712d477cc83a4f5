"""Letters about alerts leave the house here, by mail and by webhook, each within a bounded time."""
