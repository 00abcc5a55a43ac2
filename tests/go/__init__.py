"""Our log, read by the Go checksum database's own module: another implementation of the same formats."""
