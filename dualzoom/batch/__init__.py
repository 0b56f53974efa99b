"""Many pairs: which are to be done, by whom, and a journal so that nothing is done twice.

    pairs → names → coordinator (journal: kept, failed before, or to do) → runner (here) | cluster (dask)
          → coordinator → results

The folder of results holds one folder of ours, `.dualzoom-batch`: the journal, a lock, what pairs taught (`kept`), and
the parts: results that are complete but do not have their names yet. The coordinator records a part before it names it,
so whenever the process dies, the next run finds either a recorded part, which it names, or an unrecorded one, which it
removes.
"""
