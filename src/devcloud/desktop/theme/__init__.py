"""How the windows look: tokens.json made into a style sheet, a palette, icons and fonts."""
