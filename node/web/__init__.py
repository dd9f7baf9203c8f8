"""The pages: kiosk, phone and public JSON. Views only translate; rules and storage live elsewhere."""
