/* Made by make_golden.py. */
/* clang-format off */
enum { GOLDEN_WIDTH = 24, GOLDEN_HEIGHT = 16 };
enum { GOLDEN_ODD_WIDTH = 21, GOLDEN_ODD_HEIGHT = 13, GOLDEN_ODD_LEVELS = 5 };

/* Hashes of the planes; of the details, by channel, row, column; of the low-pass; of the odd
 * picture's planes. */
#define GOLDEN_PLANES  UINT64_C(2326412932771689941)
#define GOLDEN_DETAILS UINT64_C(17343496313417937850)
#define GOLDEN_LOW     UINT64_C(14547256796468532317)
#define GOLDEN_ODD     UINT64_C(963439734728267038)
