"""What is wrong or doubtful in the rows and settings that people type."""
