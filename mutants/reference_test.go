package mutants

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/spec/todo"
)

// pairs reads a file of two words a line.
func pairs(t *testing.T, path string) [][2]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var all [][2]string
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if words := strings.Fields(lines.Text()); len(words) == 2 && words[0] != "#" {
			all = append(all, [2]string{words[0], words[1]})
		}
	}
	if err := lines.Err(); err != nil || len(all) == 0 {
		t.Fatalf("%s: %d pairs, %v", path, len(all), err)
	}
	return all
}

// TestTheReferenceHasTheMutantsThatItHad: testdata/reference.txt lists the mutants (ID,
// requirement) of the time when they were written for the reference by hand, and
// testdata/replaced.txt those that templates replace (old ID, new ID).
func TestTheReferenceHasTheMutantsThatItHad(t *testing.T) {
	list, _, err := Load(todo.Must())
	if err != nil {
		t.Fatal(err)
	}
	now := map[string]string{}
	for _, m := range list {
		now[m.ID] = m.Requirement
	}
	replaced := map[string]string{}
	for _, pair := range pairs(t, "testdata/replaced.txt") {
		replaced[pair[0]] = pair[1]
	}
	for _, pair := range pairs(t, "testdata/reference.txt") {
		id, requirement := pair[0], pair[1]
		if by, is := replaced[id]; is {
			if now[id] != "" {
				t.Errorf("%s is there, and testdata/replaced.txt says that %s replaces it", id, by)
			}
			id = by
			delete(replaced, pair[0])
		}
		if now[id] != requirement {
			t.Errorf("%s: there is no mutant %s of %s any more", pair[0], id, requirement)
		}
	}
	for id := range replaced {
		t.Errorf("testdata/replaced.txt: there was no mutant %s", id)
	}
	if slices.ContainsFunc(list, func(m Mutant) bool { return m.File == "" }) {
		t.Error("a mutant does not say where it is written")
	}
}
