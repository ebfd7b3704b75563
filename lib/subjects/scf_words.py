"""What the page on methods says of the Survey of Consumer Finances; Markdown."""

ESTIMATES = """
- **A row is not a household.** The survey interviews about 5,000 households and fills in unanswered amounts five
  times: every household is five rows, its *implicates*. The weights are already divided by five, so that they sum
  to the number of US households over all rows.
- **The sample is rich on purpose.** Wealthy households are interviewed more often than their share. Counting rows
  therefore overstates them: 27.4% of the rows of 2019 own a business, but 13.4% of households do.
- **Means and shares** are weighted over all rows, which equals the mean of the five implicates' estimates.
- **Medians and quantiles** pool all rows: sort, and take the first value whose cumulative weight reaches the share.
  This is the rule of the Federal Reserve's public tables.
- **Intervals** reach 1.96 standard errors to either side; those of medians and other quantiles are Woodruff's, the
  interval of the share below led back to amounts; those of shares are Wilson's, of as many households as would
  give that error if drawn at random, and none goes beyond the values that there are. A standard error has a part for
  the sample, from 999 replicate weights on the first implicate, and a part for the imputation, from how the five
  implicates differ. Without the file of replicate weights households are drawn anew with replacement, 500 times, each
  with all its implicates: that knows nothing of how the survey was drawn, and is 0.9 to 1.7 times as large (median
  1.4) as 13 standard errors of net worth that the Federal Reserve published. The imputation's part alone would be far
  too small.
- **Correlations** have Fisher's intervals, about errors from the same replicates; those of ranks about the error of
  their linearised form. Differences in standard deviations take these as they are.
- **Differences** between groups of one wave are taken replicate by replicate, as they vary together. A word says that
  two figures differ only where the interval of the difference leaves out zero. Many figures are looked at: of twenty
  that do not differ, one will seem to.
- **Segments** are taken as they are in all intervals but those under *How sure?*, where they are found anew each time.
- **Rows** can be counted instead, every one once and without weights, as well-known notebooks do. Their printed
  figures then come out to the last digit.
- **Dollars** of another year follow the September CPI-U-RS; counts, shares and ratios stay as they are.
- **Trends** put every wave into one year's dollars. Waves are samples of their own: the variance of a change is the
  sum of both variances; of medians, whose intervals need not be symmetric, its interval is put together from both (Zou
  and Donner 2008). A change is told only where its 95% interval leaves out zero. A line is broken where a question
  changed or was not asked: what stands on either side does not compare.
- **Segments over time** are those of the wave on view; in every other wave each household is put where the method would
  put it (the nearest centroid, or of a mixture the likeliest segment), in the same dollars. Their errors are those of
  fixed segments, not of segments found anew.
- **Pale figures** are too unsure to rely on. By the rules of the US National Center for Health Statistics (Parker and
  others 2017, *Data Presentation Standards for Proportions*) these are shares of fewer than 30 sampled households, or
  whose interval is wider than 30 points, or wider than 5 points and than 1.3 times the share (of more
  than half: than 1.3 times the rest). For amounts the bounds are this app's: fewer than 30 sampled households, or a
  standard error above 30% of the figure; for correlations an interval wider than 0.6. What cannot be told from none
  stands in brackets.
- **Variance** is trimmed by a tenth of the households at each end unless the plain one is asked for.
"""

ABOUT_DATA = """
The **Survey of Consumer Finances** is made by the Board of Governors of the Federal Reserve System with the
Department of the Treasury, every three years. The app reads its *summary extract public data*, which is in the
public domain:
[federalreserve.gov/econres/scfindex.htm](https://www.federalreserve.gov/econres/scfindex.htm).

The Federal Reserve republishes old waves in the newest wave's dollars under the old file names. The app tells wave
and dollar year from the content of a file, not from its name.

To cite: Board of Governors of the Federal Reserve System, *Survey of Consumer Finances*, summary extract public data,
with the year of the survey and the dollar year shown in the sidebar.
"""

ABOUT_SYNTHETIC = """
The **synthetic sample** that comes with the app is drawn from a statistical model of the 2019 survey. It has as many
households, implicates and columns, its accounts add up, and its weighted figures are near the real ones. No row of it
is a real household, and none of its figures should be quoted.
"""
