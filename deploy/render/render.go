package render

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// Environment variables that say where the tools and charts are. Charts holds
// one directory for each chart that helmfile.yaml takes from there.
const (
	HelmEnv     = "ASSAY_HELM"
	HelmfileEnv = "ASSAY_HELMFILE"
	ChartsEnv   = "ASSAY_CHARTS"
)

// PlatformEnv names the platform.yaml of the specification that is deployed.
const PlatformEnv = "ASSAY_PLATFORM_YAML"

// ImageRegistryEnv names the registry and repository that hold the project's own
// images on OKE.
const ImageRegistryEnv = "ASSAY_IMAGE_REGISTRY"

// Renderer runs `helmfile template`. All fields are paths.
type Renderer struct {
	Helm, Helmfile string
	// Helmfile.yaml.gotmpl is in Deploy.
	Deploy string
	Charts string
	// Platform is the platform.yaml of the specification.
	Platform string
	// Home holds helm's cache, configuration and repositories.
	Home string
}

// Find returns a Renderer for the project's deploy directory and a platform.yaml, with
// the tools that the environment or PATH name. Its error says what is missing.
func Find(deploy, platform, home string) (Renderer, error) {
	r := Renderer{Deploy: deploy, Home: home, Charts: os.Getenv(ChartsEnv), Platform: platform}
	var problems []error
	if r.Charts == "" {
		problems = append(problems, fmt.Errorf("%s does not name the directory of the charts", ChartsEnv))
	}
	for _, tool := range []struct {
		name, env string
		path      *string
	}{{"helm", HelmEnv, &r.Helm}, {"helmfile", HelmfileEnv, &r.Helmfile}} {
		path, err := exec.LookPath(firstOf(os.Getenv(tool.env), tool.name))
		if err != nil {
			problems = append(problems, fmt.Errorf("%s is neither in %s nor on PATH: %w", tool.name, tool.env, err))
		}
		*tool.path = path
	}
	return r, errors.Join(problems...)
}

func firstOf(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

// Options choose what is rendered.
type Options struct {
	// Environment is one of helmfile.yaml's.
	Environment string
	// Selector limits the releases, as helmfile's --selector does.
	Selector string
	// Env is added to the environment in which helmfile runs, as NAME=value.
	Env []string
}

// Render returns every object of the chosen releases, definitions included, in
// the order in which helmfile prints them.
func (r Renderer) Render(ctx context.Context, options Options) ([]unstructured.Unstructured, error) {
	args := []string{
		"--file", filepath.Join(r.Deploy, "helmfile.yaml"), "--environment", options.Environment,
		"--helm-binary", r.Helm, "--no-color", "--quiet",
	}
	if options.Selector != "" {
		args = append(args, "--selector", options.Selector)
	}
	args = append(args, "template", "--include-crds", "--skip-deps")
	command := exec.CommandContext(ctx, r.Helmfile, args...)
	command.Dir = r.Deploy
	command.Env = append(os.Environ(),
		ChartsEnv+"="+r.Charts,
		PlatformEnv+"="+r.Platform,
		"HELM_CACHE_HOME="+filepath.Join(r.Home, "cache"),
		"HELM_CONFIG_HOME="+filepath.Join(r.Home, "config"),
		"HELM_DATA_HOME="+filepath.Join(r.Home, "data"),
	)
	command.Env = append(command.Env, options.Env...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("render the environment %s: %w:\n%s", options.Environment, err, strings.TrimSpace(stderr.String()))
	}
	return Parse(&stdout)
}

// Parse decodes a stream of YAML documents. A key that occurs twice in one
// object is an error: Kubernetes would silently drop the first.
func Parse(stream io.Reader) ([]unstructured.Unstructured, error) {
	reader := utilyaml.NewYAMLReader(bufio.NewReader(stream))
	var objects []unstructured.Unstructured
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the rendered manifests: %w", err)
		}
		var content map[string]any
		if err := yaml.UnmarshalStrict(document, &content); err != nil {
			return nil, fmt.Errorf("decode the rendered manifest %q: %w", head(document), err)
		}
		if len(content) > 0 {
			objects = append(objects, unstructured.Unstructured{Object: content})
		}
	}
}

// head is enough of a document to recognise it by.
func head(document []byte) string {
	const length = 120
	text := strings.TrimSpace(string(document))
	return text[:min(length, len(text))]
}

// Name describes an object for messages: kind, namespace and name.
func Name(object unstructured.Unstructured) string {
	name := object.GetName()
	if namespace := object.GetNamespace(); namespace != "" {
		name = namespace + "/" + name
	}
	return object.GetKind() + " " + name
}
