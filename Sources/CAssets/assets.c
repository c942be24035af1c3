#include "CAssets.h"

// C23; clang knows it in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char docs_html[] = {
#embed "Docs/docs.html"
};
static const unsigned char docs_css[] = {
#embed "Docs/docs.css"
};
static const unsigned char docs_js[] = {
#embed "Docs/docs.js"
};
static const unsigned char docs_diagram_js[] = {
#embed "Docs/diagram.js"
};
static const unsigned char docs_pages_js[] = {
#embed "Docs/pages.js"
};
static const unsigned char docs_requests_js[] = {
#embed "Docs/requests.js"
};
static const unsigned char docs_icon_svg[] = {
#embed "Docs/icon.svg"
};

#define GIVE(name) const unsigned char *offstage_##name(size_t *count) { *count = sizeof name; return name; }
GIVE(docs_html)
GIVE(docs_css)
GIVE(docs_js)
GIVE(docs_diagram_js)
GIVE(docs_pages_js)
GIVE(docs_requests_js)
GIVE(docs_icon_svg)
