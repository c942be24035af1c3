#include <pg_query.h>

// The tree reader knows the nodes of PostgreSQL 15 and no others.
#if PG_VERSION_NUM / 10000 != 15
#error "Offstage reads the parse trees of PostgreSQL 15: install libpg_query 15"
#endif
