package target

import (
	"net/http"
	"net/url"
	"regexp"
)

// quoted matches what decoders quote from a file: it may be a credential.
var quoted = regexp.MustCompile("\"[^\"]*\"|`[^`]*`")

// withoutValues is a decoder's message without what it quotes from the file.
func withoutValues(err error) string { return quoted.ReplaceAllString(err.Error(), "…") }

// direct is a proxy function that uses none.
func direct(*http.Request) (*url.URL, error) { return nil, nil }
