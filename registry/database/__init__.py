"""The database: tables, migrations, and connections that read or write."""
