package conformance_test

import (
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestMain leaves the examples to TestExamples unless one is chosen: Ginkgo runs one suite
// in a process.
func TestMain(m *testing.M) {
	flag.Parse()
	if chosen := flag.Lookup("test.run").Value; chosen.String() == "" {
		if err := chosen.Set("^Test"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// TestExamples runs each example in a process of its own.
func TestExamples(t *testing.T) {
	list, err := exec.CommandContext(t.Context(), os.Args[0], "-test.list=^Example").Output()
	if err != nil {
		t.Fatal(err)
	}
	examples := strings.Fields(string(list))
	if len(examples) == 0 {
		t.Error("there is no example")
	}
	for _, name := range examples {
		out, err := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run=^"+name+"$").CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: "+name) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
