package schemas

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Example is a valid event of a family.
type Example struct {
	Name string
	Raw  []byte
}

// Examples returns the valid events of a family that ship with its schema, in the
// order of their names.
func (s *Set) Examples(family string) []Example { return s.of(family).examples }

func (s *Set) readExamples(family string) ([]Example, error) {
	dir := path.Join("examples", family)
	names, err := fs.Glob(s.dir, path.Join(dir, "*.json"))
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("%s holds no valid event", dir)
	}
	if err != nil {
		return nil, err
	}
	var examples []Example
	for _, name := range names {
		raw, err := fs.ReadFile(s.dir, name)
		if err != nil {
			return nil, err
		}
		examples = append(examples, Example{strings.TrimSuffix(path.Base(name), ".json"), raw})
	}
	return examples, nil
}
