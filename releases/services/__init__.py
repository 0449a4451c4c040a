"""What can be done with releases."""
