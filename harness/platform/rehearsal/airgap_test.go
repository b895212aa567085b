package rehearsal

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// triedList is what `ipset list … -output save` prints.
const triedList = `create assay-rehearsal-tried hash:ip,port family inet hashsize 1024 maxelem 65536
add assay-rehearsal-tried 198.51.100.7,tcp:443
add assay-rehearsal-tried 192.0.2.1,tcp:80
add assay-rehearsal-tried 203.0.113.53,udp:53
`

func TestConnectionsThatWereTriedAreListed(t *testing.T) {
	want := []string{"192.0.2.1,tcp:80", "198.51.100.7,tcp:443", "203.0.113.53,udp:53"}
	if diff := cmp.Diff(want, addresses(triedList)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := addresses(strings.SplitAfter(triedList, "\n")[0]); got != nil {
		t.Errorf("an empty list has %v", got)
	}
}

// TestOnlyTheCanaryAndTheResolverMayBeTried: documentation names no other host.
func TestOnlyTheCanaryAndTheResolverMayBeTried(t *testing.T) {
	const resolvers = "# written by a test\nsearch example.test\nnameserver 203.0.113.53\nnameserver 2001:db8::53\n"
	for name, c := range map[string]struct {
		tried []string
		want  []string
	}{
		"nothing":                    {nil, nil},
		"the canary":                 {[]string{"192.0.2.1,tcp:80"}, nil},
		"the resolver":               {[]string{"203.0.113.53,udp:53", "203.0.113.53,tcp:53", "2001:db8::53,udp:53"}, nil},
		"another port of it":         {[]string{"203.0.113.53,tcp:443"}, []string{"203.0.113.53,tcp:443"}},
		"another resolver":           {[]string{"8.8.8.8,udp:53"}, []string{"8.8.8.8,udp:53"}},
		"another port of the canary": {[]string{"192.0.2.1,tcp:443"}, []string{"192.0.2.1,tcp:443"}},
		"a registry":                 {[]string{"192.0.2.1,tcp:80", "198.51.100.7,tcp:443"}, []string{"198.51.100.7,tcp:443"}},
	} {
		if diff := cmp.Diff(c.want, undocumented(c.tried, resolvers)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}
