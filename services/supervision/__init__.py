"""The supervision list: notices, their deadlines and what becomes of them."""
