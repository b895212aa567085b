package adoption

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"

	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"assay.dev/assay/spec"
)

//go:embed rights/*.yaml
var files embed.FS

// Rights are what a run may do in a cluster.
type Rights struct {
	// Admin is everything, for a run that deploys the platform.
	Admin bool `json:"-"`
	// Cluster is allowed in all namespaces, Namespaces in each of the platform's.
	Cluster    []rbacv1.PolicyRule `json:"cluster"`
	Namespaces []rbacv1.PolicyRule `json:"namespaces"`
}

// RightsOf are the rights of a run of a profile: those of the profiles that it includes,
// too. The files in rights/ say what each is for.
func RightsOf(profile spec.Profile) (Rights, error) {
	var all Rights
	for _, one := range spec.Profiles {
		if !profile.Includes(one) {
			break
		}
		content, err := files.ReadFile("rights/" + string(one) + ".yaml")
		if errors.Is(err, fs.ErrNotExist) {
			return Rights{}, fmt.Errorf("no rights of the profile %q are known", one)
		}
		if err != nil {
			return Rights{}, fmt.Errorf("read the rights of the profile %s: %w", one, err)
		}
		var rights Rights
		if err := yaml.UnmarshalStrict(content, &rights); err != nil {
			return Rights{}, fmt.Errorf("read the rights of the profile %s: %w", one, err)
		}
		all.Cluster = append(all.Cluster, rights.Cluster...)
		all.Namespaces = append(all.Namespaces, rights.Namespaces...)
	}
	return all, nil
}
