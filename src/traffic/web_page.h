#pragma once
/* The page that a WebSocket server shows to who comes without a WebSocket. */

extern const char web_page[];

/* Its Content-Security-Policy: this script, connections back to here, and nothing else. */
extern const char web_page_policy[];
