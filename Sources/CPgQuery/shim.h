#include <stddef.h>
#include <stdint.h>

// pg_query.h needs only `size_t` of <sys/types.h>. Left out, because its types (pthread_attr_t among them) would then count as this
// module's, and files that import the C library alone could not use them.
#if defined(__linux__) && !defined(_SYS_TYPES_H)
#define _SYS_TYPES_H 1
#define OFFSTAGE_WITHOUT_SYS_TYPES
#endif
#include <pg_query.h>
#ifdef OFFSTAGE_WITHOUT_SYS_TYPES
#undef _SYS_TYPES_H
#undef OFFSTAGE_WITHOUT_SYS_TYPES
#endif

// The tree reader knows the nodes of PostgreSQL 15 and no others.
#if PG_VERSION_NUM / 10000 != 15
#error "Offstage reads the parse trees of PostgreSQL 15: install libpg_query 15"
#endif

#if defined(__linux__)
// The C library shows it to GNU programs only. `attributes` is a pthread_attr_t.
extern int offstage_thread_attributes(unsigned long thread, void *attributes) __asm__("pthread_getattr_np");
#endif
