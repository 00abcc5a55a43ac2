"""Products as the public finds them: search, and every version of one."""
