"""Explorers: controls, and a page that the browser draws from the numbers that follow."""
