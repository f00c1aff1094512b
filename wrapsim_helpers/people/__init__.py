"""Who listens: the survey, the model's parameters, personas, homes, clocks and the listeners drawn
from them.
"""
