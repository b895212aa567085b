package rehearsal

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestTheReadmeAsksForNothingThatTheUserDoesNotHave reads the programs that README.md names
// for public images.
func TestTheReadmeAsksForNothingThatTheUserDoesNotHave(t *testing.T) {
	content, err := os.ReadFile(repository + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, row, found := strings.Cut(string(content), "\n| public, mirror | ")
	programs, _, _ := strings.Cut(row, " |")
	if !found {
		t.Fatal("README.md does not tell what public images need")
	}
	named := strings.Split(programs, ", ")
	for i, name := range named {
		named[i], _, _ = strings.Cut(strings.ToLower(name), " ")
		if slices.Contains(withheld, named[i]) {
			t.Errorf("README.md asks for %s, which the user of a rehearsal lacks", name)
		}
	}
	if want := []string{"go", "git", "make", "bash", "docker"}; !slices.Equal(named, want) {
		t.Errorf("README.md asks for %v, want %v: a rehearsal uses nothing else", named, want)
	}
}
