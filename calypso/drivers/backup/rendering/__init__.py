"""The appliance's backup configuration as the texts of Bacula's daemons, and back. Pure."""
