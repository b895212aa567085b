package platform

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"assay.dev/assay/harness/platform/timeline"
	"assay.dev/assay/harness/runs/benchresults"
)

// timelineFile is where the steps of the last up are recorded, for `assay bench up`.
func (p *Platform) timelineFile() string { return filepath.Join(p.artifacts(), "timeline.json") }

// BenchUp draws what the last up waited for into the figures of the checkout, and prints
// it, at most width wide. file names another timeline than that of the last up, if it is
// not empty.
func (p *Platform) BenchUp(out io.Writer, width int, file string) error {
	if file == "" {
		file = p.timelineFile()
	}
	line, err := timeline.Read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("no up has been recorded (%w): run `make up` on a platform that is down", err)
	}
	if err != nil {
		return err
	}
	if err := line.Print(out, width); err != nil {
		return err
	}
	picture, err := benchresults.Write(p.repo, "up.svg", []byte(line.SVG()))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "picture: %s\n", picture)
	return benchresults.Save(p.repo, "up", line)
}
