#pragma once
/* Bytes of unknown content made safe for HTML and for targets of links. Pure. */

#include <stddef.h>

struct out;

/* For text and for attributes in quotes. What cannot be shown is written as \xNN. */
void web_text_html(struct out *out, const char *bytes, size_t length);

/* Percent-encoded but for letters, digits and "-._~/". */
void web_text_link(struct out *out, const char *bytes, size_t length);

/* The same for what stands behind "?": "=" and "&" are kept. */
void web_text_query(struct out *out, const char *bytes, size_t length);
