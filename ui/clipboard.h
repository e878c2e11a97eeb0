#pragma once
/* What asks a terminal to put bytes on the clipboard (OSC 52). Pure. */

#include <stddef.h>

struct out;

/* Terminals drop a longer request as a whole, so what is beyond is not sent. */
enum { CLIPBOARD_MAX = 74994 };

/* Bytes of any content: nothing of them is seen as they are. */
void clipboard_write(struct out *out, const void *bytes, size_t length);
