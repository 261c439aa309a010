"""Policy, as pure functions and generators: nothing here does I/O or reads a clock."""
