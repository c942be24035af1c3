#include <stdlib.h>
#include <string.h>

#if defined(__APPLE__)
#include <unistd.h>

/* macOS knows the old form only; it is not safe to call from two threads, so nothing is offered there. */
static inline int offstage_crypt(const char *password, const char *salt, char *result, unsigned long size) {
    (void)password;
    (void)salt;
    (void)result;
    (void)size;
    return 0;
}
#else
#include <crypt.h>

/* crypt(3) with working memory of its own, which is wiped. 1 where it gave a hash. */
static inline int offstage_crypt(const char *password, const char *salt, char *result, unsigned long size) {
    struct crypt_data *data = calloc(1, sizeof *data);
    if (!data) return 0;
    const char *hash = crypt_r(password, salt, data);
    int done = hash && hash[0] != '*' && strlen(hash) < size;
    if (done) strcpy(result, hash);
    memset(data, 0, sizeof *data);
    free(data);
    return done;
}
#endif
