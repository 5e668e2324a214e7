/* Lists of a group's coefficients by phase. */
#ifndef UQD_LATTICE_PHASES_H
#define UQD_LATTICE_PHASES_H

#include "codec/lattice/group.h"

#include <stdint.h>

/* Lists the refined coefficients of a row of blocks in data->lists, before any of their symbols. */
void uqd_list_phases(const struct uqd_stage_group *group, const struct uqd_group_data *data,
                     uint32_t y);

#endif
