"""Files that other tools read or write: histories in, simulated histories out."""
