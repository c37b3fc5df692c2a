"""The tests, in the folders of the package; each is named as the claim it proves."""
