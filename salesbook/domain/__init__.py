"""What is calculated: pure functions from typed frames, policy and date to typed frames."""
