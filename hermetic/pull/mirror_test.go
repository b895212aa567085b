package pull

import (
	"strings"
	"testing"
)

func TestMirrorSaysWhatIsWrongWithIt(t *testing.T) {
	for value, want := range map[string]string{
		"https://registry.example.com": "leave the scheme out",
		"registry.example.com/UPPER":   "HOST[:PORT][/PREFIX]",
		"two words":                    "no registry",
		"/prefix":                      "no registry",
	} {
		t.Setenv(MirrorEnv, value)
		if _, err := MirrorFromEnv(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", value, err, want)
		}
	}
	t.Setenv(MirrorEnv, "")
	if mirror, err := MirrorFromEnv(); err != nil || mirror.String() != "" {
		t.Errorf("unset: %q, %v", mirror, err)
	}
}
