// The floor: one SQL text, prepared once, bound, stepped and printed as JSON into memory, `rounds` times. Prints microseconds of CPU per round.
//
//   Floor app.db rounds low high < query.sql      ?1 and ?2 are numbers given as text
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// Non-negative plain decimals are all the benchmark's prices need.
static int numeric(void *unused, int an, const void *av, int bn, const void *bv) {
    const char *a = av, *b = bv;
    const char *ad = memchr(a, '.', an), *bd = memchr(b, '.', bn);
    int ai = ad ? (int)(ad - a) : an, bi = bd ? (int)(bd - b) : bn;
    if (ai != bi) return ai < bi ? -1 : 1;
    int n = an < bn ? an : bn, order = memcmp(a, b, n);
    return order ? order : an - bn;
}

static int bytes(void *unused, int an, const void *a, int bn, const void *b) {
    int n = an < bn ? an : bn, order = memcmp(a, b, n);
    return order ? order : an - bn;
}

static char out[1 << 20];

static size_t string(size_t at, const unsigned char *text, int length) {
    out[at++] = '"';
    for (int i = 0; i < length && at < sizeof out - 8; i++) {
        if (text[i] == '"' || text[i] == '\\') out[at++] = '\\';
        out[at++] = text[i];
    }
    out[at++] = '"';
    return at;
}

int main(int argc, char **argv) {
    if (argc < 5) return 2;
    static char sql[1 << 16];
    size_t length = fread(sql, 1, sizeof sql - 1, stdin);
    sql[length] = 0;
    sqlite3 *db;
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, 0)) return 1;
    sqlite3_create_collation(db, "pg_numeric", SQLITE_UTF8, 0, numeric);
    const char *others[] = {"pg_bpchar", "pg_interval", "pg_jsonb", "pg_array_text", "pg_array_number", "pg_citext"};
    for (int i = 0; i < 6; i++) sqlite3_create_collation(db, others[i], SQLITE_UTF8, 0, bytes);
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, 0)) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(db));
        return 1;
    }
    int rounds = atoi(argv[2]);
    double low = atof(argv[3]), high = atof(argv[4]);
    struct timespec before, after;
    long rows = 0;
    srandom(1);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    for (int round = 0; round < rounds; round++) {
        char from[32], to[32];
        double start = low + (high - low) * (random() % 10000) / 10000.0;
        int fn = snprintf(from, sizeof from, "%.2f", start), tn = snprintf(to, sizeof to, "%.2f", start + 0.10);
        sqlite3_bind_text(statement, 1, from, fn, SQLITE_STATIC);
        sqlite3_bind_text(statement, 2, to, tn, SQLITE_STATIC);
        size_t at = 0;
        out[at++] = '[';
        while (sqlite3_step(statement) == SQLITE_ROW) {
            out[at++] = '{';
            for (int column = 0; column < sqlite3_column_count(statement); column++) {
                at = string(at, (const unsigned char *)sqlite3_column_name(statement, column), strlen(sqlite3_column_name(statement, column)));
                out[at++] = ':';
                if (sqlite3_column_type(statement, column) == SQLITE_INTEGER) at += sprintf(out + at, "%lld", sqlite3_column_int64(statement, column));
                else at = string(at, sqlite3_column_text(statement, column), sqlite3_column_bytes(statement, column));
                out[at++] = ',';
            }
            out[at - 1] = '}';
            out[at++] = ',';
            rows++;
        }
        out[at++] = ']';
        sqlite3_reset(statement);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    double us = (after.tv_sec - before.tv_sec) * 1e6 + (after.tv_nsec - before.tv_nsec) / 1e3;
    printf("%.3f %.1f\n", us / rounds, (double)rows / rounds);
    return 0;
}
