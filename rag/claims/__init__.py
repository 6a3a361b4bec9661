"""What a claim says and what its evidence says, compared: figures, dates, names, stance, roles.

`rag.ground` puts the parts together. Each looks at words, none at meaning.
"""
