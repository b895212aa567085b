package run

import (
	"fmt"
	"regexp"
)

// idForm is what an ID may be: one element of a path on every file system, which no
// shell and no terminal reads as anything else.
var idForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)

// CheckID returns an error unless an ID may name a directory. Somebody else may have
// written run.json: an ID with path elements leads out of the directory that takes
// its report.
func CheckID(id string) error {
	if idForm.MatchString(id) {
		return nil
	}
	return fmt.Errorf("the id %q cannot name a directory: want letters, digits, '.', '_' and '-', a letter or a digit first, 128 at most", id)
}
