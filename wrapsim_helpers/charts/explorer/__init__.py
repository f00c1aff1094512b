"""The explorer of a year: controls, and a page that draws the numbers that follow from them."""
