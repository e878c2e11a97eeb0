#pragma once
/* The filter that is being typed: the last one that made sense holds while it does not. Host names
 * in it are looked up in the background. */

#include <stdbool.h>
#include <stddef.h>

#include "filter.h"
#include "prompt.h"

struct frame;
struct out;
struct filter_line;

/* What was given on the command line holds beside what is typed. `base` is copied as far as its
 * members are plain; its tree is borrowed. */
struct filter_line *filter_line_create(const struct filter *base);
void filter_line_destroy(struct filter_line *line);

/* Another text, maybe wrong: then filter_line_current() stays as it was. True if it is right. */
bool filter_line_set(struct filter_line *line, const char *text);

/* What holds now; as typed, never NULL. */
const struct filter *filter_line_current(const struct filter_line *line);
const char *filter_line_text(const struct filter_line *line);

/* All that was given and typed, for the header; nothing if neither was. */
void filter_line_write(const struct filter_line *line, struct out *out);

/* As filter_set_ephemeral(): of the look that it is used for. */
void filter_line_set_ephemeral(struct filter_line *line, const uint16_t ports[2]);

/* What is wrong with the text that was set last, one line, and at which byte of it; NULL: nothing.
 */
const char *filter_line_error(const struct filter_line *line, size_t *column);

/* The toggles: flips whether these protocols (bits 1u << enum sock_protocol) are shown; only
 * listening ones; only established ones. */
void filter_line_toggle_protocols(struct filter_line *line, uint32_t protocols);
void filter_line_toggle_listening(struct filter_line *line);
void filter_line_toggle_established(struct filter_line *line);

/* Both hold: what filter_line_current() says, and only established ones if that is toggled. */
bool filter_line_only_established(const struct filter_line *line);

/* What is toggled, for the header, as "tcp off, listening only"; nothing if nothing is. */
void filter_line_write_toggles(const struct filter_line *line, struct out *out);

/* The text was entered: its host names are looked up at once, also those that were not found
 * before. */
void filter_line_settle(struct filter_line *line);

/* Readable once host names have been answered; filter_line_answer() then takes the answers. */
int filter_line_fd(const struct filter_line *line);
void filter_line_answer(struct filter_line *line);

/* Completes words of a filter: its own words, fields, states, users, and processes of the frame,
 * which is borrowed; NULL: none. */
struct prompt_completer filter_line_completer(struct filter_line *line, const struct frame *frame);
