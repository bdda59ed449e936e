"""One load: a file received, looked into, staged, checked in SQL, previewed, made current, and taken back."""
