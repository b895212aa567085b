package platform

import (
	"os"
	"slices"
	"strings"
)

// exceptRegistry adds the nodes' registry to what is asked without a proxy, where
// the environment names one: kind hands both to the nodes, and excepts only its
// own networks and nodes by itself.
func exceptRegistry() error {
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		except := strings.Split(os.Getenv(name), ",")
		if slices.Contains(except, registryAlias) {
			continue
		}
		except = slices.DeleteFunc(append(except, registryAlias), func(s string) bool { return s == "" })
		if err := os.Setenv(name, strings.Join(except, ",")); err != nil {
			return err
		}
	}
	return nil
}
