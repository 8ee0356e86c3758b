// Begun by its first test.
