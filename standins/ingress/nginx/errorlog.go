package nginx

import (
	"bytes"
	"io"
	"regexp"
)

// maxLine bounds what is kept of a line that does not end.
const maxLine = 16 << 10

// NGINX's error log quotes requests, upstream addresses and referrers with
// their query strings, which may hold secrets; its format cannot be changed.
var query = regexp.MustCompile(`\?[^\s",]+`)

func scrub(line []byte) []byte { return query.ReplaceAll(line, []byte("?…")) }

// errorLog passes lines on, without query strings.
type errorLog struct {
	out  io.Writer
	line bytes.Buffer
}

// Write never fails: a lost log line is no reason to end NGINX.
func (l *errorLog) Write(p []byte) (int, error) {
	for _, chunk := range bytes.SplitAfter(p, []byte("\n")) {
		l.line.Write(chunk)
		if bytes.HasSuffix(chunk, []byte("\n")) || l.line.Len() > maxLine {
			l.flush()
		}
	}
	return len(p), nil
}

func (l *errorLog) flush() {
	if l.line.Len() == 0 || l.out == nil {
		l.line.Reset()
		return
	}
	_, _ = l.out.Write(scrub(l.line.Bytes()))
	l.line.Reset()
}
