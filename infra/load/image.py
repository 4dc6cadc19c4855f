"""What the generators' image is made of, and nothing else of the checkout.

https://docs.docker.com/build/concepts/context/
"""

CONTEXT = ("hallmark", "infra", "load", "requirements/load.txt")
