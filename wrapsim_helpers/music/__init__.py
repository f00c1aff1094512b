"""What there is to hear: the songs file, invented music, and the catalogue of a run."""
