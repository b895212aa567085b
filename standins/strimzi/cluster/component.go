package cluster

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"assay.dev/assay/standins/strimzi/api"
)

// componentSpec is what spec.kafka and spec.zookeeper have in common.
type componentSpec struct {
	path          string
	replicas      *int32
	storage       *api.Storage
	config        map[string]apiextensionsv1.JSON
	options       optionFilter
	resources     corev1.ResourceRequirements
	jvm           *api.JvmOptions
	template      *api.ComponentTemplate
	warningReason string
}

func newComponent(spec componentSpec, observed *ObservedComponent) (*Component, []api.Condition, error) {
	if err := checkStorage(spec.path+".storage", *spec.storage); err != nil {
		return nil, nil, err
	}
	config, err := api.ConfigStrings(spec.config)
	if err != nil {
		return nil, nil, invalid("%s.config: %v", spec.path, err)
	}
	warnings := spec.options.apply(spec.path+".config", config)
	component := &Component{
		Replicas:    *spec.replicas,
		Storage:     *spec.storage,
		Config:      config,
		Resources:   spec.resources,
		PodTemplate: podTemplate(spec.template),
	}
	if spec.jvm != nil {
		component.JvmOptions = *spec.jvm
	}
	if err := checkJvm(spec.path+".jvmOptions", component.JvmOptions); err != nil {
		return nil, nil, err
	}
	if err := checkTemplate(spec.path+".template.pod", component.PodTemplate); err != nil {
		return nil, nil, err
	}
	if observed != nil {
		storage, refused := mergeStorage(*spec.storage, observed.Storage)
		component.Storage = storage
		if refused {
			warnings = append(warnings, warning(spec.warningReason,
				"The desired storage configuration in "+spec.path+".storage contains changes which are not allowed. "+
					"As a result, all storage changes will be ignored."))
		}
	}
	return component, warnings, nil
}

func podTemplate(template *api.ComponentTemplate) api.PodTemplate {
	if template == nil || template.Pod == nil {
		return api.PodTemplate{}
	}
	return *template.Pod
}

var heapSize = regexp.MustCompile(`^[0-9]+[mMgG]?$`)

func checkJvm(path string, options api.JvmOptions) error {
	for name, value := range map[string]string{"-Xms": options.Xms, "-Xmx": options.Xmx} {
		if value != "" && !heapSize.MatchString(value) {
			return invalid("%s.%s: %q is no heap size; write it as 512m or 2g", path, name, value)
		}
	}
	for _, property := range options.JavaSystemProperties {
		if property.Name == "" || strings.ContainsAny(property.Name, "= ") {
			return invalid("%s.javaSystemProperties: %q is no property name", path, property.Name)
		}
	}
	return nil
}

// checkTemplate keeps users' labels and annotations off the operator's own.
func checkTemplate(path string, template api.PodTemplate) error {
	if template.Metadata == nil {
		return nil
	}
	keys := slices.Sorted(maps.Keys(merged(template.Metadata.Labels, template.Metadata.Annotations)))
	for _, key := range keys {
		if strings.Contains(key, "strimzi.io/") || strings.HasPrefix(key, "app.kubernetes.io/") {
			return invalid("%s.metadata: the key %q is reserved for the operator; choose another prefix", path, key)
		}
	}
	return nil
}
