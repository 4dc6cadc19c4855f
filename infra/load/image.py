"""The files of the generators' image, and no others of the checkout.

https://docs.docker.com/build/concepts/context/
"""

CONTEXT = ("hallmark", "infra", "load", "requirements/load.txt")
