"""Jobs: work that takes longer than a request, done by the server's processes, each job by one at a time.

A job is a row of the table ``job``. Whoever takes it has it on lease, and says at each step how far it is, in the same
transaction as what the step did. So a job whose process was killed is taken up by another where it was, and nothing is
done twice; and who has lost its lease learns so before it has written anything.

| module | what it holds |
|---|---|
| `queue` | jobs from their beginning to their end |
| `files` | what is uploaded for a job and what it leaves, in pieces in the database |
| `working` | one attempt at the next job |
| `kinds` | what is done for each kind of job |
| `process` | the process that works, beside the one that answers requests |
| `keeping` | starts that process when there is work, and ends it with the server |
"""
