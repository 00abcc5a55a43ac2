"""The review of a declaration by a verification body: assignment, questions and answers, return, the statement."""
