"""Pictures that somebody wants gone: a ticket without an account, what is hidden for it, and what was decided."""
