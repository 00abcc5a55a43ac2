"""The GS1 resolver: what a scan opens."""
