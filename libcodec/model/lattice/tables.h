/* The tables of a model file: names, groups, phases, stage types and stages. */
#ifndef UQD_MODEL_LATTICE_TABLES_H
#define UQD_MODEL_LATTICE_TABLES_H

#include "model/model.h"
#include "model/reader.h"

/* Fills in what the tables say; the counts of the model must be there. Errors: UQD_ERR_CORRUPT. */
int uqd_model_read_tables(struct uqd_model *model, const struct uqd_model_file *file);

#endif
