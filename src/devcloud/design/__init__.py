"""What every surface looks like: `tokens.json` (colours, lengths, type, motion) and `icons/`.

Data alone: the desktop makes a style sheet and a palette of it, the browser custom properties.
"""
