package pull

import (
	"fmt"
	"os"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
)

// MirrorEnv names the user's own registry: HOST[:PORT][/PREFIX]. A host of this
// machine is asked without TLS, as docker does.
const MirrorEnv = "ASSAY_MIRROR"

// Mirror is a registry that has the public images under paths of its own. The
// zero value is none: the public registries themselves are asked.
type Mirror struct {
	registry name.Registry
	prefix   string
	set      bool
}

// MirrorFromEnv returns the mirror that MirrorEnv names, the zero value if it is
// not set, or an error that says what is wrong with it.
func MirrorFromEnv() (Mirror, error) {
	value := os.Getenv(MirrorEnv)
	if value == "" {
		return Mirror{}, nil
	}
	return ParseMirror(value)
}

// ParseMirror reads HOST[:PORT][/PREFIX].
func ParseMirror(value string) (Mirror, error) {
	const form = "it has the form HOST[:PORT][/PREFIX], for example registry.example.com/proxy"
	if strings.Contains(value, "://") {
		return Mirror{}, fmt.Errorf("%s is %q: leave the scheme out; %s", MirrorEnv, value, form)
	}
	host, prefix, _ := strings.Cut(strings.TrimSuffix(value, "/"), "/")
	registry, err := name.NewRegistry(host, name.StrictValidation)
	if err != nil || host == "" {
		return Mirror{}, fmt.Errorf("%s is %q: %q is no registry; %s", MirrorEnv, value, host, form)
	}
	if prefix != "" {
		if _, err := name.NewRepository(host+"/"+prefix+"/image", name.StrictValidation); err != nil {
			return Mirror{}, fmt.Errorf("%s is %q: %w; %s", MirrorEnv, value, err, form)
		}
		prefix += "/"
	}
	return Mirror{registry: registry, prefix: prefix, set: true}, nil
}

// String returns HOST[:PORT][/PREFIX], empty for no mirror.
func (m Mirror) String() string {
	if !m.set {
		return ""
	}
	return strings.TrimSuffix(m.registry.Name()+"/"+m.prefix, "/")
}

// sources returns the places where a public reference may be, in the order of
// asking. A mirror may keep several registries apart by their host names, as
// Harbor's projects do, or present them as one, as virtual repositories of
// Artifactory and groups of Nexus do.
func (m Mirror) sources(ref string) ([]name.Reference, error) {
	public, err := name.ParseReference(ref, name.StrictValidation)
	if err != nil {
		return nil, fmt.Errorf("reference %q: %w", ref, err)
	}
	if !m.set {
		return []name.Reference{public}, nil
	}
	host := public.Context().RegistryStr()
	if host == name.DefaultRegistry {
		host = "docker.io" // as in references, not as in the API
	}
	var sources []name.Reference
	for _, repository := range []string{host + "/" + public.Context().RepositoryStr(), public.Context().RepositoryStr()} {
		separator := ":"
		if strings.Contains(public.Identifier(), ":") {
			separator = "@"
		}
		source, err := name.ParseReference(m.registry.Name()+"/"+m.prefix+repository+separator+public.Identifier(), name.StrictValidation)
		if err != nil {
			return nil, fmt.Errorf("reference %q at the mirror: %w", ref, err)
		}
		sources = append(sources, source)
	}
	return sources, nil
}

func (m Mirror) adviceForMissing() string {
	if m.set {
		return fmt.Sprintf("put it into the mirror, or let the mirror fetch it from where it is published (%s=%s)", MirrorEnv, m)
	}
	return fmt.Sprintf("it may have been moved or withdrawn: set %s to a registry that has it", MirrorEnv)
}
