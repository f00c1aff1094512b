"""What notebooks draw: one chart per question."""
