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

const unsigned char *offstage_docs_html(size_t *count) { *count = sizeof docs_html; return docs_html; }
const unsigned char *offstage_docs_css(size_t *count) { *count = sizeof docs_css; return docs_css; }
const unsigned char *offstage_docs_js(size_t *count) { *count = sizeof docs_js; return docs_js; }
const unsigned char *offstage_docs_diagram_js(size_t *count) { *count = sizeof docs_diagram_js; return docs_diagram_js; }
const unsigned char *offstage_docs_pages_js(size_t *count) { *count = sizeof docs_pages_js; return docs_pages_js; }
const unsigned char *offstage_docs_requests_js(size_t *count) { *count = sizeof docs_requests_js; return docs_requests_js; }
const unsigned char *offstage_docs_icon_svg(size_t *count) { *count = sizeof docs_icon_svg; return docs_icon_svg; }
