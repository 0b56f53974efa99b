"""Fine-tuning on a user's own pairs, for their camera, and never for the worse (Section 3.4, Eq. 7).

    pairs ─► gather ─► tiles ─► batches ─► adapter ─► selection ─► provenance, before_after
             register, colour     shown      steps      best weights that break no limit

gather: photos to tiles; likeness: weighs them; tiles: stored, trained on, held out; batches: of a step;
objective: its loss; adapter: the steps; validation: scores on held-out tiles; selection: which weights are kept;
loop: the run; resume: its checkpoints; interrupt: Ctrl-C; provenance: where weights come from; before_after: a picture;
run: all of it. `training.calibration` runs the same loop on one pair, for seconds.
"""
