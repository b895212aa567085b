// Package url reads the addresses that a getter fetches.
package url

import "net/url"

// Parse parses an address.
func Parse(raw string) (*url.URL, error) { return url.Parse(raw) }
