"""What a streamed token costs: a fake model server, a load client, and the run that uses both."""
