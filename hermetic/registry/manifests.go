package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/v1/types"

	"assay.dev/assay/harness/process/private"
)

// manifestsPart is in the path of every manifest.
const manifestsPart = "/manifests/"

// manifests keeps pushed manifests as files of a directory: the library's registry
// has them in memory alone.
type manifests struct{ dir string }

// manifest is one of them as it was pushed.
type manifest struct {
	MediaType string `json:"mediaType"`
	Content   []byte `json:"content"`
}

// save replaces what was pushed to a path of the registry, in one step.
func (m manifests) save(path string, pushed manifest) error {
	content, err := json.Marshal(pushed)
	if err != nil {
		return fmt.Errorf("save a manifest: %w", err)
	}
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return fmt.Errorf("save a manifest: %w", err)
	}
	if err := private.Write(filepath.Join(m.dir, url.PathEscape(path)), content); err != nil {
		return fmt.Errorf("save a manifest: %w", err)
	}
	return nil
}

// replay pushes everything to a registry that has nothing: first images, then the
// indexes that name them.
func (m manifests) replay(to http.Handler) error {
	files, err := os.ReadDir(m.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the pushed manifests: %w", err)
	}
	for _, indexes := range []bool{false, true} {
		for _, file := range files {
			path, err := url.PathUnescape(file.Name())
			if err != nil || path[0] == '.' {
				continue // what was being written when the registry was killed
			}
			if err := m.push(to, file.Name(), path, indexes); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m manifests) push(to http.Handler, file, path string, indexes bool) error {
	content, err := os.ReadFile(filepath.Join(m.dir, file))
	if err != nil {
		return fmt.Errorf("read a pushed manifest: %w", err)
	}
	var pushed manifest
	if err := json.Unmarshal(content, &pushed); err != nil {
		return fmt.Errorf("the manifest %s is damaged: %w", file, err)
	}
	if types.MediaType(pushed.MediaType).IsIndex() != indexes {
		return nil
	}
	request := httptest.NewRequestWithContext(context.Background(), http.MethodPut, path, bytes.NewReader(pushed.Content))
	request.Header.Set("Content-Type", pushed.MediaType)
	answer := httptest.NewRecorder()
	to.ServeHTTP(answer, request)
	if answer.Code != http.StatusCreated {
		return fmt.Errorf("load %s: %d %s", path, answer.Code, answer.Body)
	}
	return nil
}
