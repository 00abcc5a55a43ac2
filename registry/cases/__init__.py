"""The yearly release of outstanding cases: a call, nominations, experts' scores, a shortlist, a signed dataset."""
