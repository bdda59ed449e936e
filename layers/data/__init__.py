"""Tables of public facts that come with the code."""
