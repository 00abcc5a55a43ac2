"""People's accounts: sign-in, second factor, sessions, lock-out, links by mail, invitations. docs/security-asvs.md says
which point of OWASP ASVS is met where."""
