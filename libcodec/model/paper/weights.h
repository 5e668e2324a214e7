/* The tensors of a paper model. */
#ifndef UQD_MODEL_PAPER_WEIGHTS_H
#define UQD_MODEL_PAPER_WEIGHTS_H

struct uqd_model;
struct uqd_paper;

/* Shapes and counts; every tensor must be in the directory. Together they must not be larger than
 * the file, so that a small file does not ask for much memory. Sizes of the model must be there.
 * Errors: UQD_ERR_CORRUPT. */
int uqd_paper_check_layers(struct uqd_model *model);

void uqd_paper_free_weights(struct uqd_paper *paper);

#endif
