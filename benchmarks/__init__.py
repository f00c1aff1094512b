"""Every claim of speed, as a ratio measured side by side in one run; and `taste`, a calculation of
which published figures can hold together.
"""
