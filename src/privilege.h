#pragma once
/* Giving privileges away for good. */

#include <stdbool.h>

/* Afterwards this process has no capabilities and can get none (PR_SET_NO_NEW_PRIVS); if it was
 * started by sudo it is the user who called that (SUDO_UID, SUDO_GID), with that user's groups and
 * HOME.
 * False sets `error`, which the caller frees: then nothing may go on. */
bool privilege_drop(char **error);
