#ifndef OFFSTAGE_ASSETS_H
#define OFFSTAGE_ASSETS_H

#include <stddef.h>

// Files that are part of the program: each function gives the bytes and, in `count`, how many they are.

const unsigned char *_Nonnull offstage_docs_html(size_t *_Nonnull count);
const unsigned char *_Nonnull offstage_docs_css(size_t *_Nonnull count);
const unsigned char *_Nonnull offstage_docs_js(size_t *_Nonnull count);
const unsigned char *_Nonnull offstage_docs_diagram_js(size_t *_Nonnull count);
const unsigned char *_Nonnull offstage_docs_pages_js(size_t *_Nonnull count);
const unsigned char *_Nonnull offstage_docs_requests_js(size_t *_Nonnull count);
const unsigned char *_Nonnull offstage_docs_icon_svg(size_t *_Nonnull count);

#endif
