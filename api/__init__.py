"""The door for people and programs: HTTP in front of the engine. No driver, no Celery."""
