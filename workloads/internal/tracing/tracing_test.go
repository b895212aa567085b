package tracing

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func TestTheTraceIsKeptAndTheSpanIsOurs(t *testing.T) {
	in := http.Header{}
	in.Set("traceparent", parent)
	in.Set("tracestate", "vendor=1")
	out := http.Header{}
	Inject(FromHeader(context.Background(), in), out)

	got := out.Get("traceparent")
	if !strings.HasPrefix(got, "00-4bf92f3577b34da6a3ce929d0e0e4736-") || !strings.HasSuffix(got, "-01") {
		t.Errorf("traceparent = %q, want the caller's trace id and flags", got)
	}
	if strings.Contains(got, "00f067aa0ba902b7") {
		t.Errorf("traceparent = %q still names the caller's span", got)
	}
	if out.Get("tracestate") != "vendor=1" {
		t.Errorf("tracestate = %q", out.Get("tracestate"))
	}
}

func TestAMissingOrBrokenTraceStartsANewOne(t *testing.T) {
	valid := regexp.MustCompile(`^00-[0-9a-f]{32}-[0-9a-f]{16}-01$`)
	for _, value := range []string{"", "garbage", "00-00000000000000000000000000000000-0000000000000000-01"} {
		got := Map(FromMap(context.Background(), map[string]string{"traceparent": value}))["traceparent"]
		if !valid.MatchString(got) || strings.Contains(got, strings.Repeat("0", 32)) {
			t.Errorf("from %q: traceparent = %q", value, got)
		}
	}
}
