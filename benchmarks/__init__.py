"""Every claim of speed, as a ratio measured side by side in one run."""
