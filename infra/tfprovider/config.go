package tfprovider

import (
	"fmt"
	"os"
	"path/filepath"
)

// writeCLIConfig writes a terraform CLI configuration that takes this provider
// from the mirror and every other one from where it usually comes.
func writeCLIConfig(platformDir, binary string) (string, error) {
	// The mirror's root lies above host/namespace/type/version/platform.
	root := platformDir
	for range 5 {
		root = filepath.Dir(root)
	}
	provider := addressHost + "/" + addressNamespace + "/" + addressType
	content := fmt.Sprintf(`provider_installation {
  filesystem_mirror {
    path    = %q
    include = [%q]
  }
  direct {
    exclude = [%q]
  }
}
`, root, provider, provider)

	file := filepath.Join(root, "terraform.rc")
	staged, err := os.CreateTemp(root, "terraform-*.rc")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.Remove(staged.Name()) }()
	if _, err := staged.WriteString(content); err != nil {
		_ = staged.Close()
		return "", err
	}
	if err := staged.Close(); err != nil {
		return "", err
	}
	if err := os.Rename(staged.Name(), file); err != nil {
		return "", fmt.Errorf("write the CLI configuration for %s: %w", filepath.Base(binary), err)
	}
	return file, nil
}
