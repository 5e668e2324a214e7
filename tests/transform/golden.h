/* Made by make_golden.py. */
/* clang-format off */
enum { GOLDEN_WIDTH = 24, GOLDEN_HEIGHT = 16 };
enum { GOLDEN_ODD_WIDTH = 21, GOLDEN_ODD_HEIGHT = 13, GOLDEN_ODD_LEVELS = 5 };

/* Hashes of the planes of one level; of the details, by channel, row, column; of the low-pass; of the odd
 * picture's planes. */
#define GOLDEN_PLANES  UINT64_C(16414694088009004909)
#define GOLDEN_DETAILS UINT64_C(8270882015045267118)
#define GOLDEN_LOW     UINT64_C(9433492635000197106)
#define GOLDEN_ODD     UINT64_C(2696881281826689468)
