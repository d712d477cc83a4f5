"""What this process tells of itself to those who watch it: log lines and spans."""
