/* Running the network of a paper model over a picture of 64 x 64 (docs/format.md, "Network of paper
 * models"). */
#ifndef UQD_PAPER_NETWORK_H
#define UQD_PAPER_NETWORK_H

#include "model/model.h"
#include "model/paper/paper.h"
#include "nn/ops.h"
#include "nn/plane.h"
#include "util/parallel.h"

#include <stddef.h>
#include <stdint.h>

/* Activations between layers, and the sums over them that the next normalisation needs. */
struct uqd_paper_plane {
    struct uqd_nn_plane plane;
    double *sums; /* [2][channels]: of the values, of their squares; borrowed from `doubles` */
};

/* A workspace: all that a run needs. Workspaces of the same model may run at the same time. */
struct uqd_paper_network {
    const struct uqd_model *model;
    struct uqd_nn_ops ops;
    uint32_t threads;                            /* that there is scratch memory for */
    const struct uqd_paper_weights *weights;     /* NULL before the first run */
    struct uqd_paper_plane *skips;               /* [n_blocks + 1], to be taken up again; owned */
    struct uqd_paper_plane hidden, other, inner; /* hidden and other in turn; between two layers */
    double *doubles;                             /* owns all sums, of planes and of rows */
    double *row_sums;                            /* [row][2][channels], of the plane just made */
    double *pair_sums;                           /* of two planes side by side; [2][2 * width] */
    float *floats;                               /* owns what follows */
    float *scale, *shift;                        /* of the next normalisation; [2 * width] */
    float *biases;                  /* [step][block][width] of all conv1, conditioning included */
    float *queries;                 /* of the attention, [pixel][width] */
    float *keys, *values;           /* of the attention, packed as weights of layers */
    float *score_gain, *score_bias; /* of the layers that the keys are */
    float *scratch;                 /* of each thread: scratch_size floats */
    size_t scratch_size;
};

/* Allocates for runs on up to so many threads. The model (of class UQD_MODEL_PAPER) is borrowed;
 * its weights are read by the first run. On failure the workspace may be freed.
 * Errors: UQD_ERR_NOMEM. */
int uqd_paper_network_init(struct uqd_paper_network *network, const struct uqd_model *model,
                           unsigned cpu_mask, uint32_t threads);

/* Allowed for a zeroed struct. */
void uqd_paper_network_free(struct uqd_paper_network *network);

/* Bytes that a workspace for so many threads takes, the weights of the model aside. */
uint64_t uqd_paper_network_size(const struct uqd_model *model, uint32_t threads);

/* Runs the network on z, for the step that begins there. Planes are [3][64][64]. The results are
 * always numbers: |eps_hat| <= 2^60, 0 < factor <= 2^60, whatever z and the model are; they do not
 * depend on threads, instruction sets or the caller's floating-point environment. work->threads is
 * at most that of uqd_paper_network_init; progress is counted in multiply-accumulates, of which a
 * run has UQD_PAPER_PIXELS * model->paper->macs_per_pixel (the first run has a few more). No memory
 * is allocated but for the weights, by the first run.
 * Errors: UQD_ERR_CANCELLED, UQD_ERR_NOMEM, UQD_ERR_MODEL_FILE; the results are then undefined. */
int uqd_paper_network_run(struct uqd_paper_network *network, uint32_t step,
                          const float z[UQD_PAPER_COLOURS * UQD_PAPER_PIXELS],
                          float eps_hat[UQD_PAPER_COLOURS * UQD_PAPER_PIXELS],
                          float factor[UQD_PAPER_COLOURS * UQD_PAPER_PIXELS],
                          struct uqd_work *work);

#endif
