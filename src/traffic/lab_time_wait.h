#pragma once
/* The end of what a closed connection leaves behind for a minute. */

#include <stdint.h>

/* Makes the kernel forget what it holds in TIME-WAIT on 127.0.0.1 towards the port `server` there;
 * 0: towards none. */
void lab_time_wait_forget(uint16_t server);
