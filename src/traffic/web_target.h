#pragma once
/* What the library may have lost of the path of a request. Pure. */

#include <stdbool.h>

enum { WEB_TARGET_GUESSES = 4 };

/* The library makes a space of "+", as forms want it, and cuts at ";" as it does at "&". The first
 * guess is the path as it is; the others put one or both of them back. False if this guess is the
 * same as an earlier one. */
bool web_target_guess(char *path, unsigned guess);
