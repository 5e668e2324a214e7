/* A model: which class it is of, and for lattice models networks, channel groups, stage types
 * and their order (docs/format.md, "Model file"). */
#ifndef UQD_MODEL_MODEL_H
#define UQD_MODEL_MODEL_H

#include "model/directory.h"
#include "nn/qconv.h"
#include "transform/unit.h"
#include "uqd/uqd.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum {
    UQD_TOP_LEVEL = 12,       /* its cell around 0 holds every coefficient */
    UQD_BLOCK_CHANNELS = 192, /* a block: 189 details in coding order, then 3 low-pass values */
    UQD_FEATURES = 3 * UQD_BLOCK_CHANNELS, /* what the network sees of a block */
    UQD_MAX_GROUPS = 16,
    UQD_MAX_GROUP_CHANNELS = 96, /* so that group outputs and context fit the feature plane */
    UQD_MAX_RESIDUAL_BLOCKS = 16,
    UQD_MAX_STAGE_TYPES = 32,
    UQD_MAX_STAGES = 64,
    UQD_MAX_STEPS = 32,
    UQD_MAX_PHASES = 8,
    UQD_MAX_NETWORKS = 8,
    UQD_FEATURE_BITS = 11, /* behind the point of features .. */
    UQD_CONTEXT_BITS = 12, /* .. and of what later groups see of one; those of others: model file */
    UQD_STEP_NAME_SIZE = 16,
    UQD_MODEL_NAME_SIZE = 32,
};

/* Whether coefficients are coded in the order of struct uqd_phases, not all at once. */
enum uqd_phased { UQD_PHASED_NEVER = 0, UQD_PHASED_ALWAYS = 1, UQD_PHASED_BY_FILE = 2 };

/* What one run of a network does: refine every channel of a unit from one level to another. */
struct uqd_stage_type {
    uint8_t coarse; /* for units of the low-pass pyramid rather than the full-size one */
    uint8_t nominal_from, nominal_to;
    uint8_t phased;                                         /* enum uqd_phased */
    uint8_t network;                                        /* that runs */
    uint8_t from[UQD_UNIT_CHANNELS], to[UQD_UNIT_CHANNELS]; /* by channel in coding order */
};

/* In which of n phases of a stage a coefficient is coded, by channel in coding order. One around 0
 * in the first phase whose threshold its probability to leave 0 reaches, in units of 2^-16 (the
 * last phase has none), any other in the phase `others`. The first phase goes with the network,
 * group by group; the others follow when all groups have their distributions. */
struct uqd_phases {
    uint32_t n;
    uint16_t threshold[UQD_MAX_PHASES - 1][UQD_UNIT_CHANNELS];
    uint8_t others[UQD_UNIT_CHANNELS];
};

/* Which units a stage refines. */
enum uqd_stage_units { UQD_UNITS_FULL = 0, UQD_UNITS_FIRST = 1, UQD_UNITS_REST = 2 };

struct uqd_stage {
    uint8_t units; /* enum uqd_stage_units: unit 0, unit 1, or every unit from 2 on */
    uint8_t type;
    uint8_t step;
};

/* Channels first_channel .. first_channel + n - 1 in coding order; coded together, after the
 * earlier groups. */
struct uqd_group {
    uint32_t first_channel, n;
};

/* A residual block: what `out` makes of `in` is added to its input. */
struct uqd_residual_block {
    struct uqd_nn_qconv in, out;
    float scale; /* of what lies between them */
};

/* From features of a group or of the denoiser to its outputs. */
struct uqd_head {
    struct uqd_nn_qconv mix, out;
    float scale;     /* of what lies between them */
    float *out_bias; /* [out.n_out] */
};

/* One network, gains and biases by stage type aside. All networks of a model have the same shapes.
 * The gains of layers take their sums from the whole numbers that they read to those that they
 * write, where activations follow to the activations' arguments, at the end to the outputs. */
struct uqd_weights {
    float scale; /* of the trunk's numbers */
    struct uqd_nn_qconv input;
    struct uqd_residual_block blocks[UQD_MAX_RESIDUAL_BLOCKS];
    struct uqd_head groups[UQD_MAX_GROUPS];
    struct uqd_nn_qconv contexts[UQD_MAX_GROUPS]; /* none of the last group */
    struct uqd_residual_block denoise_blocks[UQD_MAX_RESIDUAL_BLOCKS];
    struct uqd_head denoise;
    float *biases; /* owns those of all heads */
};

/* The networks, each read from the model file when it is first used: a preview needs one of them.
 * They are what changes of a model that several threads share. */
struct uqd_networks {
    pthread_mutex_t lock;
    atomic_int is_read[UQD_MAX_NETWORKS];
    struct uqd_weights weights[UQD_MAX_NETWORKS]; /* shapes; weights where is_read */
    struct uqd_tensors tensors, denoiser;         /* borrow the model's data */
};

/* Gains and biases [2 * n_stage_types][width] of a layer, by stage type and dither. */
struct uqd_affine {
    const float *gain, *bias;
};

/* Of all layers that have them: blocks behind `in`, groups and the denoiser behind `mix`. The stage
 * type tells the network, so the networks share them. */
struct uqd_affines {
    struct uqd_affine input;
    struct uqd_affine blocks[UQD_MAX_RESIDUAL_BLOCKS];
    struct uqd_affine groups[UQD_MAX_GROUPS];
    struct uqd_affine denoise_blocks[UQD_MAX_RESIDUAL_BLOCKS];
    struct uqd_affine denoise;
};

/* As in the file. */
enum uqd_model_class_number {
    UQD_MODEL_LATTICE = 1, /* integer wavelet coefficients in cells of a lattice */
    UQD_MODEL_PAPER = 2,   /* pixels of pictures of 64 x 64, see model/paper/paper.h */
};

struct uqd_model_class;
struct uqd_paper;

/* Of a paper model, what is not said to be of all classes is 0. */
struct uqd_model {
    /* Of all classes. */
    const struct uqd_model_class *class;
    uint64_t id, parameters;
    char name[UQD_MODEL_NAME_SIZE];
    uint64_t denoiser_id; /* of one that is no part of the identity, with its revision; else 0 */
    uint32_t revision;
    int denoises_ahead; /* pictures of interrupted passes come from the stage type that follows */
    uint8_t *data;      /* the file, or its head; owned */
    uint8_t *denoiser_head; /* behind a descriptor, of a denoiser that is a part; owned, or NULL */
    int fd;                 /* where the rest is, or -1; owned */
    uint32_t n_steps;
    char step_names[UQD_MAX_STEPS][UQD_STEP_NAME_SIZE];

    struct uqd_paper *paper; /* of paper models; owned */

    /* Of lattice models. */
    uint32_t width, n_residual_blocks, n_groups, n_stage_types, n_stages, n_networks,
        n_denoise_blocks;
    struct uqd_channel channels[UQD_UNIT_CHANNELS]; /* in coding order */
    struct uqd_phases phases;
    struct uqd_stage_type stage_types[UQD_MAX_STAGE_TYPES];
    struct uqd_stage stages[UQD_MAX_STAGES];
    struct uqd_group groups[UQD_MAX_GROUPS];
    struct uqd_affines affines;
    uint64_t trunk_macs, groups_macs, denoiser_macs; /* multiply-accumulates per block */
    struct uqd_networks *networks;                   /* owned */
    float *tables;                                   /* owns all gains and biases above */
    float *zeros; /* [UQD_MODEL_MAX_WIDTH]: bias of layers without */
};

enum {
    UQD_MODEL_MAX_WIDTH = 1024,
    UQD_MODEL_MAX_HEAD = 384, /* outputs of a head: the denoiser's, padded */
};

/* The stage type that starts from a nominal level in a unit (0: full-size), or -1. Its network also
 * denoises that state. */
int uqd_model_find_stage_type(const struct uqd_model *model, uint32_t unit, uint32_t nominal_level);

/* The weights of a network, read now if they have not been. Any thread may ask.
 * Errors: UQD_ERR_NOMEM, UQD_ERR_MODEL_FILE if the file has changed. */
int uqd_model_network(const struct uqd_model *model, uint32_t network,
                      const struct uqd_weights **weights);

/* Parts of a network. A pass runs trunk and groups, a denoised picture trunk and denoiser. */
enum uqd_network_parts { UQD_PART_TRUNK = 1, UQD_PART_GROUPS = 2, UQD_PART_DENOISER = 4 };

/* Multiply-accumulates per block of one run of these parts, the same for all stage types. */
uint64_t uqd_model_macs_per_block(const struct uqd_model *model, unsigned parts);

#endif
