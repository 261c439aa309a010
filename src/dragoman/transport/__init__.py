"""I/O: the only place where an HTTP library is imported, one module each."""
