"""How is a year's target spread over people and months so that it adds up in both directions?

**The mathematical problem** is a transportation problem, solved in two steps: first in fractions,
then in whole units (controlled or matrix rounding).

- The unknown is a matrix of *seats* (a rep in a team) by *months*, whole amounts of 0 or more.
- Its *margins* are given: the company's total, and the sums of those teams, reps and months that
  have a target of their own.
- Single cells are *locked* or *bounded*; a seat that is empty in a month has nothing there.
- Among all matrices that keep this, the one is wanted that is nearest to a *pattern*: what weights
  (who), ramp and season (when) would give if nothing were fixed.

**The steps**, each with its method:

1. Is there any such matrix? The constraints bound the arcs of a flow company → teams → seats →
   months → company, so Hoffman's circulation theorem answers it exactly: `cuts`. If not, `clashes`
   names smallest sets of constraints that exclude each other, and what to give up.
2. What do seats and months sum to? Seats by weight within their bounds; months as near to the
   season as the seats can reach, which is the lexicographically optimal base of a polymatroid
   (Fujishige): `margins`, with the arithmetic of `month_sets`.
3. Which fractional matrix with these margins is nearest to the pattern, by Kullback and Leibler's
   divergence? A convex problem whose dual has one unknown per month: `fit`.
4. Which whole matrix with these margins is nearest to the fractional one? A flow of least cost in
   whole numbers: `rounding`.

`solver` runs the four; `problem` holds what it is asked. Everything that touches whole amounts
counts in integers; floats occur in step 3 alone. Why no library's flow: docs/decisions/0014.

**Around it** is what a sales manager knows: `seats` (who is where), `weights` (how much whom and
when), `shares` (what Targets ask of each seat), `resplit` (what is left when months are over),
`locks` (which cells are fixed), `notes` (what to say about a plan) and `year`, which puts a year
together.
"""
