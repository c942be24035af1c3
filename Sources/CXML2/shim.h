// Without ICU's types, which Foundation has of its own and another version of: only what converts encodings shows them.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
