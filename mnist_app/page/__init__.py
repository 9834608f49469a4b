"""The page: draw a digit, look inside the network, take one step, train and break one.

Served from this computer to this computer (guard.py). Every number that it shows comes from
`tinynet` and the other parts of `mnist_app`; the browser's side (client/) only draws and asks.
"""
