// Counts what a process allocates: preloaded into the server, it keeps the count in the file that COUNT_FILE names.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static atomic_ulong before_start;
static atomic_ulong *count = &before_start;

__attribute__((constructor)) static void start(void) {
    const char *path = getenv("COUNT_FILE");
    int file = path ? open(path, O_RDWR | O_CREAT, 0600) : -1;
    if (file < 0 || ftruncate(file, sizeof *count) != 0) return;
    void *place = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (place != MAP_FAILED) count = place;
}

static void tally(void) { atomic_fetch_add_explicit(count, 1, memory_order_relaxed); }

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);

void *malloc(size_t size) { tally(); return __libc_malloc(size); }
void *calloc(size_t number, size_t size) { tally(); return __libc_calloc(number, size); }
void *realloc(void *old, size_t size) { tally(); return __libc_realloc(old, size); }
void *aligned_alloc(size_t alignment, size_t size) { tally(); return __libc_memalign(alignment, size); }
void *memalign(size_t alignment, size_t size) { tally(); return __libc_memalign(alignment, size); }
int posix_memalign(void **result, size_t alignment, size_t size) {
    tally();
    *result = __libc_memalign(alignment, size);
    return *result ? 0 : 12;
}
