package platform

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"assay.dev/assay/spec"
)

// platformYAML is what the charts take their values from.
func (p *Platform) platformYAML() ([]byte, error) {
	content, err := fs.ReadFile(p.Spec.Files, spec.PlatformFile)
	if err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", spec.PlatformFile, p.Spec.Name, err)
	}
	return content, nil
}

// writePlatform writes it where helmfile finds it, and returns the path: the reference
// specification is a part of the program, and has no path of its own.
func (p *Platform) writePlatform() (string, error) {
	content, err := p.platformYAML()
	if err != nil {
		return "", err
	}
	path, err := filepath.Abs(filepath.Join(p.artifacts(), spec.PlatformFile)) // helmfile runs elsewhere
	if err != nil {
		return "", fmt.Errorf("find a place for %s: %w", spec.PlatformFile, err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return "", fmt.Errorf("write %s for the deployment: %w", spec.PlatformFile, err)
	}
	return path, nil
}
