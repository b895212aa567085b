package session

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"assay.dev/assay/harness/runs/run"
)

// pipe is a named pipe that the processes of a suite write their progress to. It is
// open for reading and writing here, so that it never ends before over is called.
type pipe struct {
	dir, path string
	file      *os.File
}

func newPipe() (*pipe, error) {
	dir, err := os.MkdirTemp("", "assay-progress-")
	if err != nil {
		return nil, fmt.Errorf("make the pipe of the progress: %w", err)
	}
	p := &pipe{dir: dir, path: filepath.Join(dir, "pipe")}
	if err := syscall.Mkfifo(p.path, 0o600); err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("make the pipe of the progress: %w", err)
	}
	if p.file, err = os.OpenFile(p.path, os.O_RDWR, 0); err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("make the pipe of the progress: %w", err)
	}
	return p, nil
}

// listen calls hear with each Progress, until over was called and all before it was
// heard. A line that is none, as a killed process may leave, is left out.
func (p *pipe) listen(hear func(run.Progress)) error {
	lines := bufio.NewScanner(p.file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var progress run.Progress
		if err := json.Unmarshal(lines.Bytes(), &progress); err != nil {
			continue
		}
		if progress.Kind == run.ProgressOver {
			return nil
		}
		hear(progress)
	}
	return fmt.Errorf("hear the progress of a suite: %w", errors.Join(lines.Err(), errors.New("the pipe has ended")))
}

// over ends listen. A line break before it ends what a killed process has started.
func (p *pipe) over() error {
	content, err := json.Marshal(run.Progress{Kind: run.ProgressOver})
	if err != nil {
		return err
	}
	_, err = p.file.Write(append(append([]byte{'\n'}, content...), '\n'))
	return err
}

func (p *pipe) close() {
	_ = p.file.Close()
	_ = os.RemoveAll(p.dir)
}
