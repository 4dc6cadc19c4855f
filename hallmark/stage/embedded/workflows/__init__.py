"""Express workflows: the interpreter of their definitions, which the extension `express_workflows` installs.

Definitions in JSONPath, with states in JSONata that call nothing; the emulator's own interpreter runs Standard ones.
https://states-language.net/spec.html
"""
