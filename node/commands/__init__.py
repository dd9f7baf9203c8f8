"""The commands, a module for each audience. Translate words into calls and results into sentences; hold no rules."""
