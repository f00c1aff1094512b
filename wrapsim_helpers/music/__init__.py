"""The music of a run: the songs file, invented music, and the catalogue."""
