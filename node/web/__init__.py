"""The pages, one blueprint for each audience. Knows intake and board, never sync."""
