/* All in one: it loads nothing. What stands behind # in its address is sent at once. The hash in
 * the policy is that of the script, SHA-256 in base64; a test compares them. */

#include "web_page.h"

const char web_page_policy[] =
    "default-src 'none'; style-src 'unsafe-inline'; connect-src 'self' ws:; "
    "script-src 'sha256-M/UDwXknA5TQaGeWXVCEkBXSoMXfzqfW/i7XMv0o/xI='; base-uri 'none'; "
    "form-action 'none'";

const char web_page[] =
    "<!DOCTYPE html>\n"
    "<html><head><meta charset=\"utf-8\"><title>socklens: WebSocket</title>\n"
    "<style>body{font-family:sans-serif;max-width:40em;margin:2em auto}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere}</style></head>\n"
    "<body><h1>WebSocket</h1>\n"
    "<form id=\"form\"><input id=\"text\" size=\"40\" autofocus> <button>Send</button></form>\n"
    "<pre id=\"log\"></pre>\n"
    "<script>\n"
    "const text = document.getElementById('text');\n"
    "const log = document.getElementById('log');\n"
    "const say = line => { log.textContent += line + '\\n'; };\n"
    "const socket = new WebSocket('ws://' + location.host + '/');\n"
    "const send = message => { socket.send(message); say('sent: ' + message); };\n"
    "socket.onopen = () => {\n"
    "  say('connected');\n"
    "  if (location.hash.length > 1) send(decodeURIComponent(location.hash.slice(1)));\n"
    "};\n"
    "socket.onmessage = async event => say('received: ' +\n"
    "  (typeof event.data === 'string' ? event.data : await event.data.text()));\n"
    "socket.onclose = event => say('closed: ' + event.code + ' ' + event.reason);\n"
    "document.getElementById('form').onsubmit = event => {\n"
    "  event.preventDefault();\n"
    "  if (socket.readyState === WebSocket.OPEN) send(text.value);\n"
    "  text.value = '';\n"
    "};\n"
    "</script></body></html>\n";
