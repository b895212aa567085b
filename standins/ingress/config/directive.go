package config

import (
	"strconv"
	"strings"
	"time"
)

// directive is one statement of nginx.conf. A nil block makes a simple
// directive (`name args;`), any other a block (`name args { … }`).
type directive struct {
	name  string
	args  []string
	block []directive
}

func simple(name string, args ...string) directive {
	return directive{name: name, args: args}
}

func block(name string, args []string, body ...directive) directive {
	if body == nil {
		body = []directive{}
	}
	return directive{name: name, args: args, block: body}
}

// write puts the directive in the syntax of NGINX. Every word goes through
// quote, so that no value, wherever it comes from, can end its directive.
func (d directive) write(out *strings.Builder, depth int) {
	indent := strings.Repeat("    ", depth)
	out.WriteString(indent + quote(d.name))
	for _, arg := range d.args {
		out.WriteString(" " + quote(arg))
	}
	if d.block == nil {
		out.WriteString(";\n")
		return
	}
	out.WriteString(" {\n")
	for _, inner := range d.block {
		inner.write(out, depth+1)
	}
	out.WriteString(indent + "}\n")
}

func text(directives []directive) string {
	var out strings.Builder
	for _, d := range directives {
		d.write(&out, 0)
	}
	return out.String()
}

var escaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// quote writes one word. Within double quotes NGINX's parser gives meaning
// only to the backslash and the closing quote (ngx_conf_read_token); variables
// are a matter of the directive, and none that takes a user's value expands
// them.
func quote(word string) string {
	if word != "" && strings.IndexFunc(word, needsQuotes) < 0 {
		return word
	}
	return `"` + escaper.Replace(word) + `"`
}

func needsQuotes(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	default:
		return !strings.ContainsRune("_-./:=$*", r)
	}
}

// millis writes a duration in a unit that NGINX takes everywhere.
func millis(d time.Duration) string {
	return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
}
