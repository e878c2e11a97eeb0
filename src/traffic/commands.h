#pragma once
/* Everything that socklens-traffic can do. */

#include <stddef.h>

struct command;

extern const struct command *const commands[];
extern const size_t command_count;
