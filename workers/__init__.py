"""The door for work: one program per subsystem, a Celery pool that runs what PostgreSQL grants."""
