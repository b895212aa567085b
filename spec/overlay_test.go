package spec

import (
	"io/fs"
	"testing/fstest"
)

// overlay is a directory with some files in the place of others.
type overlay struct {
	over  fstest.MapFS
	under fs.FS
}

func (o overlay) Open(name string) (fs.File, error) {
	if _, changed := o.over[name]; changed {
		return o.over.Open(name)
	}
	return o.under.Open(name)
}
