"""The reproduction: what makes the numbers of the LieGAN book. It imports `liegan_min`, never back.

    cli           the verbs of `liegan`, among them the run of a chapter into its notebook
    publishing    what chapters show: figures, tables on a page, interactive figures
    results       the poster beside our records: tables, verdicts, verification
    experiments   what each cell of a table runs, and in `metrics` how its answer is judged
    baselines     other methods, and predictors that know no symmetry
    training      supervised fits: predictors of orbits, taggers of jets, ROC curves
    datasets      two bodies, a discrete rotation, jets; their recipes and files
    records       one file a run, and where things are

Imports go down only; what is level does not import its neighbour (`lint-imports` checks it).
"""
