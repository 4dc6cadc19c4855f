"""What the generators' image is made of, and nothing else of the checkout.

https://docs.docker.com/build/concepts/context/
"""

CONTEXT = ("hallmark", "load", "requirements/load.txt")
