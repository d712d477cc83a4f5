"""The backup protocol in parts: what is done with runs, files, volumes and the past."""
