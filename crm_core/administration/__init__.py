"""What administrators see and change: each thing as a form, changed with its audit in one transaction."""
