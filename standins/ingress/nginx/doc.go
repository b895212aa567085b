// Package nginx runs an NGINX and keeps it at the configuration that it is
// given.
//
// A [Server] starts NGINX with the first configuration and reloads it with each
// later one: the text is tested (`nginx -t`), put in place, and announced by
// SIGHUP; [Server.Apply] returns when workers of the new configuration answer
// and no worker of the earlier one takes connections any more. NGINX's end,
// wanted or not, closes [Server.Exited].
//
// Signals are those of https://nginx.org/en/docs/control.html.
package nginx
