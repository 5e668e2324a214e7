#include "versions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

size_t runnable_versions(const struct uqd_kernel_table *table,
                         struct version versions[MAX_VERSIONS])
{
    size_t n = 0;

    assert_true(table->n_versions <= MAX_VERSIONS);
    for (size_t i = table->n_versions; i-- > 0;) {
        const struct uqd_kernel_version *version = &table->versions[i];
        const struct uqd_isa *isa = uqd_isa_of(version->isa);

        assert_non_null(isa);
        if ((isa->flag & ~uqd_cpu_flags()) == 0)
            versions[n++] = (struct version){isa->name, isa->flag | isa->needs, version->ops};
    }
    return n;
}
