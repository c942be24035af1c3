#pragma once

// Debian keeps it in a folder of its own, Homebrew does not.
#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#else
#include <libpq-fe.h>
#endif
