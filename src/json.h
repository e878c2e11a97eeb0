#pragma once
/* Writing JSON (RFC 8259) straight to an output. The caller places commas and brackets. */

#include <stddef.h>
#include <stdint.h>

#include "out.h"

/* A string in quotes, whatever the bytes are. */
void json_string(struct out *out, const void *bytes, size_t length);

/* `"key":"text"`, and where JSON cannot hold the bytes also `,"key_hex":"6869"`. */
void json_text_member(struct out *out, const char *key, const void *bytes, size_t length);

/* `,"key":12`: a further member, so the comma is there already. */
void json_next_number(struct out *out, const char *key, uint64_t number);
