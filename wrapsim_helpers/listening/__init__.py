"""The listening loop: what listeners play, and the loop's own counts."""
