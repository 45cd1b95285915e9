"""Answers → figures with intervals, to and from JSON.

`metrics` computes a part's figures (`split_report`), `on_dataset` and `on_photos` those of a model
on data (`report`, `predictions`). `estimates` is a figure with its interval, `paired` compares
networks on the same images, `calibration` is what validation settles after training. `history` and
`ablation_report` read what the other charts of the Evaluation page show.
"""
