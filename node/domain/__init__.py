"""What the events mean. Pure: no clock, no database, no request."""
