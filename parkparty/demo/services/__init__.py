"""Loading the code tables and the demo set, and taking the demo set away."""
