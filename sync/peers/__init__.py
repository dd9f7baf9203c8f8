"""The line between two nodes: TLS 1.3 with pinned certificates, HTTP and its limits. Knows no table and no post."""
