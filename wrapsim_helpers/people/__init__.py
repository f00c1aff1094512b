"""Who listens: the survey, the model parameters, personas, homes, clocks and sampled listeners."""
