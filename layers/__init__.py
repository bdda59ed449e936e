"""What the data is: layers, their fields, grades, coordinates. No web, no pipeline."""
