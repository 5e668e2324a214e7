/* The classes of models. All that the model file and its reader need of one is in a line of a table
 * (class.c): another class is another folder beside lattice/ and paper/, and another line. */
#ifndef UQD_MODEL_CLASS_H
#define UQD_MODEL_CLASS_H

#include "model/model.h"
#include "model/reader.h"

struct uqd_model_class {
    enum uqd_model_class_number number;
    uint32_t first_version, last_version; /* of its model files */
    uint32_t max_tensors;                 /* of each part of a file */
    int is_paper;                         /* flag paper of the pictures' files */

    /* What the fixed header says: counts, the part of the values, where reserved bytes begin.
     * file->class, version, size, width, n_residual_blocks and n_groups are there. */
    void (*peek)(struct uqd_model_file *file, const uint8_t header[UQD_MODEL_HEADER_SIZE]);

    /* Whether the counts are within the limits, but for that of tensors. */
    int (*counts_valid)(const struct uqd_model_file *file);

    /* Of counts that are valid: the bytes of all tables between header and directory, and where
     * each begins. */
    size_t (*tables_size)(const struct uqd_model_file *file);
    void (*find_tables)(struct uqd_model_file *file);

    /* Makes the model of an open file: tables are read, and all tensors must be there; values may
     * be read later. On failure the model is to be freed. Errors: UQD_ERR_CORRUPT, UQD_ERR_NOMEM.
     */
    int (*read)(struct uqd_model *model, const struct uqd_model_file *file);

    /* Reads the values that are not there yet. Errors: UQD_ERR_MODEL_FILE, UQD_ERR_NOMEM. */
    int (*load)(const struct uqd_model *model);

    /* What the class has of a model, which may be nothing yet. */
    void (*free)(struct uqd_model *model);

    /* Multiply-accumulates of a whole decode. */
    double (*macs_per_pixel)(const struct uqd_model *model);
};

extern const struct uqd_model_class uqd_lattice_models, uqd_paper_models;

/* NULL if there is none of that number. */
const struct uqd_model_class *uqd_model_class_of(uint32_t number);

#endif
