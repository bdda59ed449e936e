"""One file, one analysis: parameters, result, run(). Pure numerics; the server and the database stay
outside.
"""
