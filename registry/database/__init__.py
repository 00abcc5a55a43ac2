"""The database: tables, migrations, and connections that read or write.

| module | what it holds |
|---|---|
| `tables` | the tables |
| `database` | sessions that read or write, and elections |
| `dialect` | what differs from one database to another, and what each must promise |
| `sqlite`, `postgresql` | the two there are |
| `watch` | looking at the newest commit again and again |
| `copying`, `backup` | a whole database in a file, back from it, and elsewhere |
| `upgrade`, `migrate` | bringing a database to the version of the code |
"""
