package tfprovider

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/google/renameio/v2"

	"assay.dev/assay/infra/gobuild"
)

// The provider's address is host, namespace and type. The host names it in state,
// lock file and mirror even where it is not reached. Without one in the
// configuration, each program puts its own registry's.
const (
	terraformHost    = "registry.terraform.io"
	openTofuHost     = "registry.opentofu.org"
	addressNamespace = "oracle"
	addressType      = "oci"
)

// version is the release that infra/provider/go.mod pins; a mirror names it in
// its folders and terraform checks it against required_providers.
const version = "4.40.0"

// mirrored is the folder of a mirror that holds the provider as that host's.
func mirrored(host string) string {
	return filepath.Join(host, addressNamespace, addressType, version, runtime.GOOS+"_"+runtime.GOARCH)
}

// inMirror is where the built provider lies in its folder of the cache.
func inMirror() string {
	return filepath.Join(mirrored(terraformHost), fmt.Sprintf("terraform-provider-%s_v%s_x4", addressType, version))
}

// writeCLIConfig makes the built provider's folder a mirror for both programs, and
// writes a CLI configuration that takes this provider from there and every other
// one from where it usually comes.
func writeCLIConfig(built gobuild.Cached) (string, error) {
	twin := filepath.Join(built.Root, mirrored(openTofuHost))
	if err := os.MkdirAll(filepath.Dir(twin), 0o755); err != nil {
		return "", err
	}
	target, err := filepath.Rel(filepath.Dir(twin), filepath.Dir(built.File))
	if err != nil {
		return "", err
	}
	// In a mirror only the last folder may be a link.
	if err := os.Symlink(target, twin); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	const address = "/" + addressNamespace + "/" + addressType
	content := fmt.Sprintf(`provider_installation {
  filesystem_mirror {
    path    = %[1]q
    include = [%[2]q, %[3]q]
  }
  direct {
    exclude = [%[2]q, %[3]q]
  }
}
`, built.Root, terraformHost+address, openTofuHost+address)
	file := filepath.Join(built.Root, "terraform.rc") // which others may be reading
	return file, renameio.WriteFile(file, []byte(content), 0o600)
}
