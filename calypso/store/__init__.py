"""PostgreSQL, the one authority: jobs, what workers saw, accounts, secrets."""
