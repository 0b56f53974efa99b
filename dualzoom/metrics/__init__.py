"""How good a picture is: against a truth, against the tele, at the border of the tele's view, in lettering."""
