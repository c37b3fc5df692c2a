"""Two small months of true, hand-written records, in the form of the dumps.

Belongs here: sample records, their files, and generated dumps of any size. Does not belong here: parsers and stores.
"""
