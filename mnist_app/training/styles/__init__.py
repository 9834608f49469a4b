"""Digits in the styles that MNIST lacks, drawn stroke by stroke.

hand.py        a hand that shakes: lines, arcs and curves through places that are never quite hit
skeletons.py   where the pen goes, for each style of each digit
printed.py     printed digits: fonts and seven segments
pens.py        from the pen's way to ink: hair or marker, round or broad nib, outlined, ragged, pale
digits.py      all of it mixed, as the network will see it
"""
