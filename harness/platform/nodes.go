package platform

import (
	"fmt"
	"os"
	"path/filepath"
)

// certsDir is where containerd looks in a node for the hosts of registries.
const certsDir = "/etc/containerd/certs.d"

// registryHosts tells containerd to ask the registry beside the nodes for every
// image. ns, the registry that was meant, is added to the request.
const registryHosts = `[host."http://` + registryAlias + `:5000"]
  capabilities = ["pull", "resolve"]
`

// noOther is what keeps nodes from asking where an image is published.
const noOther = `server = "http://` + registryAlias + `:5000"

`

// writeHosts writes what containerd in the nodes reads of registries and returns
// its directory. Where images are public, a node may ask for one that is not in
// the registry where it is published; in the other modes it may not.
func (p *Platform) writeHosts(images Images) (string, error) {
	dir := filepath.Join(p.cache, "nodes", string(images))
	content := registryHosts
	if images != Public {
		content = noOther + registryHosts
	}
	if err := os.MkdirAll(filepath.Join(dir, "_default"), 0o755); err != nil {
		return "", fmt.Errorf("describe the registry to the nodes: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "_default", "hosts.toml"), []byte(content), 0o644); err != nil {
		return "", fmt.Errorf("describe the registry to the nodes: %w", err)
	}
	return dir, nil
}
