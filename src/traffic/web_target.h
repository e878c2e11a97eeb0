#pragma once
/* What the library may have lost of the path of a request. Pure. */

#include <stdbool.h>

enum { WEB_TARGET_GUESSES = 8 };

/* The library makes a space of "+", as forms want it, cuts at ";" as it does at "&", and adds a
 * slash behind a last one of these. The first guess is the path as it is; the others put back one
 * or more of them. False if this guess is the same as an earlier one. */
bool web_target_guess(char *path, unsigned guess);
