#pragma once
/* The one place where bytes that we did not choose become safe to print. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"

enum escape_style {
	ESCAPE_TEXT, /* \xNN; the backslash itself is escaped, so the original can be read back */
	ESCAPE_WORD, /* as ESCAPE_TEXT, and the space too: a cell of a table stays one word */
	ESCAPE_NAME, /* as ESCAPE_WORD, and the comma too: an item of a list stays one item */
	ESCAPE_JSON, /* the inside of a JSON string; an invalid byte becomes U+FFFD */
};

/* Decodes one character of UTF-8 (RFC 3629: shortest form, no surrogates, at most U+10FFFF).
 * Returns its length in bytes, or 0 if the bytes are not valid. */
size_t escape_decode(const unsigned char *bytes, size_t length, uint32_t *code_point);

/* The other way round; returns how many bytes it takes. `code_point` is one of Unicode. */
size_t escape_encode(uint32_t code_point, char bytes[4]);

/* Writes `length` bytes of unknown content. Printable UTF-8 passes; C0, DEL, C1, bidirectional and
 * other format characters (Unicode Cf, Zl, Zp), noncharacters and invalid bytes are escaped. */
void escape_write(struct out *out, const void *bytes, size_t length, enum escape_style style);

/* The same as ESCAPE_TEXT in memory that the caller frees, for messages: what is longer than
 * ESCAPE_COPY_MAX bytes is cut and ends with "...". */
enum { ESCAPE_COPY_MAX = 64 };
char *escape_copy(const void *bytes, size_t length);

/* True if ESCAPE_JSON would lose bytes, so that the caller must give the exact ones beside. */
bool escape_is_lossy_in_json(const void *bytes, size_t length);
