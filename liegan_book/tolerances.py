"""What counts as found, and as the same: the named tolerances of verdicts and of verification."""

#: Smallest support cosine that a learned algebra must reach to count as found: 2.6 degrees.
FOUND = 0.999

#: Largest angle, in degrees, between a learned span and so(1,3) with the dilation at which its
#: boosts and rotations count as found: 0.251 radians, the Grassmann distance over all seven
#: directions at which Hu et al. (2025) measured LieGAN. No angle is larger than that distance.
SPAN_FOUND = 14.4

#: Smallest cosine of a learned form J to the metric η at which the metric counts as found.
METRIC_FOUND = 0.99

#: Share of what a method draws that must be near the true set, and of that set near a draw.
ENOUGH = 0.95

#: Error of an angle, in units of the step 2π/n of C_n, below which the angle counts as found …
STEP = 0.01

#: … if all that is not a turn about the axis is smaller than this.
OTHERS = 0.02

#: Relative difference of a metric between a record and the same run made again, up to which the
#: run counts as repeated: on one machine it does so to the last bit.
REPEATED = 1e-6

#: … up to which it agrees. Other kernels round otherwise in the seventh digit, and a game carries
#: that on for thousands of steps: with other kernels on one machine, angles and gaps moved by 5 %.
AGREES = 0.1

#: … or this many standard deviations over the seeds of its cell, if that is more: where a method
#: ends at random, a run on another machine is another draw.
SPREAD = 2.0

#: Size of a number in a record below which it is rounding and nothing else.
NOISE = 1e-14
